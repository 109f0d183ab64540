/**
 * What a destination's answers, and its silence, say of it: its breaker, its state with since and why, and
 * how many associations it bears.
 *
 * <p>In: each answer, each call that waits, the clock. Out: whether to send, how fast, and the state that operators see.
 * Threads: none of its own; everything here may be asked by any. Never here: a socket, and the fate of one delivery.
 */
@NullMarked
package org.dicomgateway.forward.health;

import org.jspecify.annotations.NullMarked;
