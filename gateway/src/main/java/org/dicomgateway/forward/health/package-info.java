/**
 * What a destination's answers, and its silence, mean: its breaker, its state with time and reason, and how many
 * associations it can handle.
 *
 * <p>In: each answer, each call that waits, the clock. Out: whether to send, how fast, and the state that operators
 * see. Threads: none of its own; any thread may ask. Never here: a socket, or what happens to one delivery.
 */
@NullMarked
package org.dicomgateway.forward.health;

import org.jspecify.annotations.NullMarked;
