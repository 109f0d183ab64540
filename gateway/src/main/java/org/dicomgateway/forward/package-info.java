/**
 * Delivery: a lane for each destination, which takes what is due from the spool's {@code Outbox} and sends it.
 *
 * <p>In: claims. Out: C-STORE requests to the destination, settlements to the spool, a line in the forward log for each
 * outcome. A destination that is slow, dead or full holds up its own lane and no other.
 *
 * <p>{@code lane} does the work, over {@code association}; {@code outcome} says what an answer means for a delivery, and
 * {@code health} what all answers together say of the destination.
 *
 * <p>Never here: choosing a route, files, and an association kept open with nothing to send.
 */
@NullMarked
package org.dicomgateway.forward;

import org.jspecify.annotations.NullMarked;
