package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.observe.ForwardEvent;

/**
 * Lines of the forward log.
 *
 * @param events oldest first
 * @param skipped how many matching lines came before these and are left out
 */
public record LogView(List<Line> events, long skipped) {

    /** Copies the list. */
    public LogView {
        events = List.copyOf(events);
    }

    public static LogView of(List<ForwardEvent> events, long skipped) {
        return new LogView(events.stream().map(Line::of).toList(), skipped);
    }

    /**
     * A line.
     *
     * @param event received, refused, rejected, held, delivered, retry, passed-on, parked, discarded or superseded
     * @param sopInstanceUid {@code -} when the line concerns an association
     * @param study Study Instance UID; {@code -} when unknown
     * @param accessionNumber empty when unknown
     * @param modality empty when unknown
     * @param bytes length of the dataset; -1 when unknown
     * @param route the route of the delivery; empty when the line does not concern a delivery
     * @param destination the destination of the delivery; empty when the line does not concern a delivery
     * @param attempt 1 for the first; 0 when the line does not concern a delivery
     * @param millis how long it took; -1 when this does not apply
     * @param status DIMSE status
     * @param reason empty when there is nothing to say
     */
    public record Line(
            Instant at,
            String event,
            String sopInstanceUid,
            String study,
            String accessionNumber,
            String modality,
            String callingAe,
            String calledAe,
            String remoteHost,
            long bytes,
            String route,
            String destination,
            int attempt,
            long millis,
            Optional<String> status,
            String reason) {

        static Line of(ForwardEvent event) {
            return new Line(
                    event.at(),
                    event.event().toString(),
                    event.sopInstance(),
                    event.study(),
                    event.accession(),
                    event.modality(),
                    event.calling(),
                    event.called(),
                    event.remote(),
                    event.bytes(),
                    event.route(),
                    event.destination(),
                    event.attempt(),
                    event.millis(),
                    event.status() < 0 ? Optional.empty() : Optional.of(DimseStatus.format(event.status())),
                    event.reason());
        }
    }
}
