/**
 * The operator's commands, one small class each.
 *
 * <p>In: arguments. Out: text for people, and an exit code for scripts (see {@code ExitCode}). {@code common} has the
 * shared parts. Threads: none of their own, except for {@code send}. Never here: logic that another stage could need.
 */
@NullMarked
package org.dicomgateway.cli;

import org.jspecify.annotations.NullMarked;
