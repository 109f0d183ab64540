/**
 * Delivery: one lane for each destination. A lane takes what is due from the spool's {@code Outbox} and sends it.
 *
 * <p>In: claims. Out: C-STORE requests to the destination, settlements to the spool, one line in the forward log for
 * each outcome. A destination that is slow, down or full delays only its own lane.
 *
 * <p>{@code lane} does the work and uses {@code association}. {@code outcome} says what an answer means for one
 * delivery. {@code health} says what all answers together mean for the destination.
 *
 * <p>Threads: those of {@code lane}.
 *
 * <p>Never here: choosing a route, files, and an association that stays open with nothing to send.
 */
@NullMarked
package org.dicomgateway.forward;

import org.jspecify.annotations.NullMarked;
