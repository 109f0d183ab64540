package org.dicomgateway.spool;

import java.time.Instant;
import java.util.Optional;

/**
 * Search criteria. An instance must match all criteria that are given, exactly as written here; only
 * upper and lower case of an Accession Number (ASCII letters) do not count. An empty criterion matches everything.
 * Route, destination and state must match in one and the same delivery.
 *
 * @param study Study Instance UID
 * @param series Series Instance UID
 * @param instance SOP Instance UID
 * @param accession Accession Number
 * @param patient Patient ID
 * @param callingAe the calling AE title
 * @param calledAe the called AE title
 * @param route a route of the rules
 * @param destination a destination
 * @param state the state of a delivery; {@link DeliveryState#HELD} also finds instances that no route applies to
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

    /** The same criteria, with this destination. */
    public Search at(String only) {
        return new Search(
                study, series, instance, accession, patient, callingAe, calledAe, route, only, state, from, to);
    }

    /** The same criteria, with this SOP Instance UID. */
    public Search ofInstance(String only) {
        return new Search(
                study, series, only, accession, patient, callingAe, calledAe, route, destination, state, from, to);
    }

    /** Matches everything. */
    public static final Search ALL =
            new Search("", "", "", "", "", "", "", "", "", Optional.empty(), Optional.empty(), Optional.empty());
}
