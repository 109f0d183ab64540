package org.dicomgateway.spool;

import java.time.Instant;
import java.util.Optional;

/**
 * What is looked for: all of what is given must be so, exactly as it stands here; empty means any. Route, destination and
 * state must be those of one and the same delivery.
 *
 * @param study Study Instance UID
 * @param series Series Instance UID
 * @param instance SOP Instance UID
 * @param accession Accession Number
 * @param patient Patient ID
 * @param callingAe the sender's AE title
 * @param calledAe the AE title it called
 * @param route a route of the rules
 * @param destination a destination
 * @param state how far a delivery got; {@link DeliveryState#HELD} also finds instances that no route applies to
 * @param from received at this time or later
 * @param to received before this time
 */
public record Search(
        String study,
        String series,
        String instance,
        String accession,
        String patient,
        String callingAe,
        String calledAe,
        String route,
        String destination,
        Optional<DeliveryState> state,
        Optional<Instant> from,
        Optional<Instant> to) {

    /** Everything. */
    public static final Search ALL =
            new Search("", "", "", "", "", "", "", "", "", Optional.empty(), Optional.empty(), Optional.empty());
}
