/**
 * The operator's commands, one small class each.
 *
 * <p>In: arguments. Out: text for people, and an exit code for scripts: 0 done, 1 failed, 2 wrong usage or
 * configuration, 3 the running gateway does not answer or does not allow it. {@code common} has the shared parts.
 * Threads: none of their own, except for {@code send}. Never here: logic that another stage could need.
 */
@NullMarked
package org.dicomgateway.cli;

import org.jspecify.annotations.NullMarked;
