/**
 * Delivery: a lane for each destination, which takes what is due from the spool's {@code Outbox} and sends it.
 *
 * <p>In: claims. Out: C-STORE requests to the destination, settlements to the spool, a line in the forward log for each
 * outcome. A destination that is slow, dead or full holds up its own lane and nobody else.
 *
 * <p>Threads: one worker per lane, which also probes, and while there is more to do than one batch, or something waits
 * behind a slow instance, as many as the destination may have associations and showed to bear; one more per lane that
 * looks after it while its workers wait for an answer; one for all lanes that asks servers about themselves. A reader
 * begins at {@code Lane.deliverNext}; {@code Courier} sends one instance, {@code Verdict} is the table of answers,
 * {@code Judge} says whose trouble they tell of, {@code CallingTitles} which callers the destination takes,
 * {@code RetryPolicy} says when to try again, {@code Breaker} whether at all, {@code Pace} how fast, {@code Concurrency}
 * how many at once; {@code Knee} finds out how many are best.
 *
 * <p>{@code Health} keeps the state that operators see and tells when a destination can be used no more, or again;
 * {@code Diagnosis} is the table behind it, {@code Symptoms} and {@code Suspicion} find out whether it is slow or hangs.
 *
 * <p>Never here: choosing a route, files, and an association kept open with nothing to send.
 */
@NullMarked
package org.dicomgateway.forward;

import org.jspecify.annotations.NullMarked;
