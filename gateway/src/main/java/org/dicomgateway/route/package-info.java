/**
 * The rules: an instance's header and origin in, its planned deliveries out.
 *
 * <p>In: settings from {@code config}; headers from the spool's {@code Planner} calls. Out: {@code Plan}s. Everything is
 * immutable and pure: the same rules give the same answer, whenever and wherever they are asked.
 *
 * <p>Threads: none. Never here: I/O, a clock, randomness, the state of a destination.
 */
@NullMarked
package org.dicomgateway.route;

import org.jspecify.annotations.NullMarked;
