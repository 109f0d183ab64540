package org.dicomgateway.events;

import java.time.Instant;
import java.util.Optional;

/**
 * How a receiver does.
 *
 * @param configured whether the rules in force name it; if not, only what waits for it is left
 * @param channel {@code webhook} or {@code mail}, and where; empty when it is not configured
 * @param waiting events that wait for it
 * @param oldest when the oldest of them was made
 * @param full whether no further events are made, because too many wait
 * @param taken events that it has taken since the gateway started
 * @param failures failed attempts since its last success
 * @param problem why the last attempt failed; empty: it did not
 * @param nextAttempt when it is tried again, after a failure
 * @param gone whether it said that it is gone for good: it is not tried before an operator or a change of the rules
 *     says so
 */
public record ReceiverStatus(
        String name,
        boolean configured,
        String channel,
        long waiting,
        Optional<Instant> oldest,
        boolean full,
        long taken,
        int failures,
        String problem,
        Optional<Instant> nextAttempt,
        boolean gone) {}
