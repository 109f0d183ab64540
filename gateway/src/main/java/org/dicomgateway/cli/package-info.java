/**
 * The operator's commands, one small class each.
 *
 * <p>In: arguments. Out: text for a person, an exit code for a script: 0 done, 1 failed, 2 wrong usage or configuration.
 * {@code common} is what they share. Threads: none of their own, but for {@code send}. Never here: logic that another
 * stage could need.
 */
@NullMarked
package org.dicomgateway.cli;

import org.jspecify.annotations.NullMarked;
