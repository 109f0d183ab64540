package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.Optional;

/** The requests of operators: one record for each request body. */
public final class Requests {

    private Requests() {}

    /**
     * Pauses or drains receiving.
     *
     * @param reason for other operators
     */
    public record Pause(Optional<String> reason) {}

    /**
     * Sends nothing more to a destination.
     *
     * @param reason for other operators
     * @param gateway in a cluster, the only gateway that does so; otherwise all do
     */
    public record PauseDestination(Optional<String> reason, Optional<String> gateway) {}

    /**
     * Sends to a destination again.
     *
     * @param gateway in a cluster, the only gateway that does so; otherwise all do
     */
    public record Resume(Optional<String> gateway) {}

    /**
     * Moves the deliveries that wait for one destination to another.
     *
     * @param from the destination they wait for; an empty text: those that wait because none of their candidates can be
     *     used
     * @param to a destination of the rules
     * @param identified true moves also to a destination that gets patients' data what was to be de-identified
     */
    public record Reroute(Optional<String> from, Optional<String> to, Optional<Boolean> identified) {}

    /**
     * Which parked deliveries to try again. Those that meet all given conditions are selected. Without a condition, all
     * are.
     *
     * @param destination only those for this destination
     * @param study only those of this Study Instance UID
     * @param delivery only this one
     * @param all true asks for all explicitly; it must not be combined with a condition
     * @param gateway in a cluster, only those of this gateway; a delivery without it is one of the gateway asked
     */
    public record Retry(
            Optional<String> destination,
            Optional<String> study,
            Optional<Long> delivery,
            Optional<Boolean> all,
            Optional<String> gateway) {

        /** Selects the deliveries that meet all given conditions. */
        public Retry(
                Optional<String> destination,
                Optional<String> study,
                Optional<Long> delivery,
                Optional<String> gateway) {
            this(destination, study, delivery, Optional.empty(), gateway);
        }
    }

    /**
     * Which parked or held deliveries to discard. Those that meet all given conditions are selected. At least one
     * condition is required.
     *
     * @param destination only those for this destination
     * @param study only those of this Study Instance UID; then also instances to which no route applies
     * @param delivery only this one
     * @param reason for anyone who asks later; must not be empty
     * @param gateway in a cluster, only those of this gateway; a delivery without it is one of the gateway asked
     */
    public record Discard(
            Optional<String> destination,
            Optional<String> study,
            Optional<Long> delivery,
            Optional<String> reason,
            Optional<String> gateway) {}

    /**
     * Which delivered copies to check. Those that meet all given conditions are selected; without a condition, {@code
     * all} is required.
     *
     * @param destination only those at this destination
     * @param study only those of this Study Instance UID
     * @param patient only those of this Patient ID
     * @param accession only those of this Accession Number
     * @param since only instances that were received since then
     * @param all true asks for all
     * @param repair true sends again what is missing
     * @param overwrite true also sends again what differs; only with {@code repair}
     */
    public record Verify(
            Optional<String> destination,
            Optional<String> study,
            Optional<String> patient,
            Optional<String> accession,
            Optional<Instant> since,
            Optional<Boolean> all,
            Optional<Boolean> repair,
            Optional<Boolean> overwrite) {}

    /**
     * Publishes rules for all gateways of a cluster: one of both.
     *
     * @param text the content of {@code routing.conf}
     * @param version the rules of this version once more
     */
    public record Publish(Optional<String> text, Optional<Long> version) {}

    /**
     * Deletes a file that was set aside.
     *
     * @param reason for anyone who asks later; must not be empty
     */
    public record DiscardFile(Optional<String> reason) {}
}
