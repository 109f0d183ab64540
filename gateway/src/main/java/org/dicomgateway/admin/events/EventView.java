package org.dicomgateway.admin.events;

import java.time.Instant;
import java.util.Optional;

/**
 * An event and what became of it.
 *
 * @param id its idempotency key
 * @param kind as it is written in the configuration
 * @param subject what it is about, such as {@code study/1.2.3}
 * @param state {@code waiting}, {@code taken} or {@code discarded}
 * @param attempts how often it was sent
 * @param due when it is sent next, if it waits
 * @param settledAt when it was taken or discarded
 * @param why why it was not taken the last time; empty: it was
 */
public record EventView(
        String id,
        String receiver,
        String kind,
        String subject,
        Instant madeAt,
        String state,
        int attempts,
        Optional<Instant> due,
        Optional<Instant> settledAt,
        String why) {}
