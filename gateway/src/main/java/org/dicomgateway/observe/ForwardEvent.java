package org.dicomgateway.observe;

import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.observe.ForwardLog.Event;

/**
 * A line of the forward log, for those who show or count it.
 *
 * @param at when
 * @param event what it tells
 * @param sopInstance SOP Instance UID
 * @param study Study Instance UID; {@code -} when unknown
 * @param calling the sender's AE title
 * @param called the AE title it called
 * @param remote the sender's address
 * @param bytes length of the dataset; -1 when unknown
 * @param receivedAt when the instance was received, if that is told
 * @param route whose delivery; empty when it is of none
 * @param destination where to; empty when it is of none
 * @param attempt 1 for the first; 0 when it is of none
 * @param millis how long it took; -1 when that says nothing
 * @param status DIMSE status of the response; -1 when there was none
 * @param reason empty when there is nothing to say
 */
public record ForwardEvent(
        Instant at,
        Event event,
        String sopInstance,
        String study,
        String calling,
        String called,
        String remote,
        long bytes,
        Optional<Instant> receivedAt,
        String route,
        String destination,
        int attempt,
        long millis,
        int status,
        String reason) {}
