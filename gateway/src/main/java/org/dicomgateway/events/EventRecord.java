package org.dicomgateway.events;

import java.time.Instant;
import java.util.Optional;

/**
 * An event and what became of it.
 *
 * @param id its idempotency key
 * @param receiver the receiver that it is for
 * @param kind as it is written in the configuration
 * @param subject what it is about
 * @param madeAt when it was made
 * @param state {@code waiting}, {@code taken} or {@code discarded}
 * @param attempts how often it was sent
 * @param due when it is sent next, if it waits
 * @param settledAt when it was taken or discarded
 * @param lastError why it was not taken the last time; empty: it was
 */
public record EventRecord(
        String id,
        String receiver,
        String kind,
        String subject,
        Instant madeAt,
        String state,
        int attempts,
        Optional<Instant> due,
        Optional<Instant> settledAt,
        String lastError) {}
