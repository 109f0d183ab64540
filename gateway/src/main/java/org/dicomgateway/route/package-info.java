/**
 * The rules: an instance's header and origin in, its planned deliveries out.
 *
 * <p>In: settings from {@code config}; headers from the spool's {@code Planner} calls; deliveries with several candidates
 * from its {@code Chooser} calls. Out: {@code Plan}s, and the destination chosen. Everything is immutable and pure, the
 * same rules give the same answer whenever and wherever they are asked; but for {@code Dispatch}, which is told the
 * state of the destinations and counts turns.
 *
 * <p>Threads: none. Never here: I/O, a clock, randomness.
 */
@NullMarked
package org.dicomgateway.route;

import org.jspecify.annotations.NullMarked;
