/**
 * The rules: they turn the header and origin of an instance into planned deliveries.
 *
 * <p>In: settings from {@code config}; headers from the spool's {@code Planner} calls; deliveries with several
 * candidates from its {@code Chooser} calls. Out: {@code Plan}s, and the chosen destination. Everything is immutable
 * and pure: the same rules give the same answer at any time, on any gateway. The exception is {@code Dispatch}: it
 * gets the state of the destinations and counts turns.
 *
 * <p>Threads: none. Never here: I/O, a clock, randomness.
 */
@NullMarked
package org.dicomgateway.route;

import org.jspecify.annotations.NullMarked;
