package org.dicomgateway.observe;

import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.observe.ForwardLog.Event;

/**
 * One line of the forward log, for code that shows or counts it.
 *
 * @param at when it happened
 * @param event the event of the line
 * @param sopInstance SOP Instance UID; {@code -} when the line is about an association
 * @param study Study Instance UID; {@code -} when unknown
 * @param accession Accession Number, cut after 64 characters; for the operators' page, never for a log
 * @param modality Modality, cut after 16 characters
 * @param calling the sender's AE title
 * @param called the AE title that the sender called
 * @param remote the sender's address
 * @param bytes length of the dataset; -1 when unknown
 * @param receivedAt when the instance was received, if known
 * @param route the route of the delivery; empty when the line is not about a delivery
 * @param destination the destination of the delivery; empty when the line is not about a delivery
 * @param attempt 1 for the first attempt; 0 when the line is not about an attempt
 * @param millis how long it took; -1 when this does not apply
 * @param status DIMSE status of the response; -1 when there was none
 * @param reason may be empty
 * @param transcoded the transfer syntax of what was sent, when it was transcoded; otherwise empty
 */
public record ForwardEvent(
        Instant at,
        Event event,
        String sopInstance,
        String study,
        String accession,
        String modality,
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
        String reason,
        String transcoded) {}
