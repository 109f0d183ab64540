package org.dicomgateway.admin.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a study or an instance is that other gateways have, as the cluster's database knows it.
 *
 * @param gateways those that have instances of it
 * @param copies how far their copies got
 */
public record WhereaboutsView(List<HolderView> gateways, List<AtView> copies) {

    /** Copies the lists. */
    public WhereaboutsView {
        gateways = List.copyOf(gateways);
        copies = List.copyOf(copies);
    }

    /** Whether no other gateway has, or had, anything of it. */
    public boolean empty() {
        return gateways.isEmpty() && copies.isEmpty();
    }

    /**
     * A gateway that has instances of it.
     *
     * @param state of the gateway: {@code working}, {@code dead} or {@code left}
     * @param instances an instance that was received twice counts twice
     * @param unfinished those that it has yet to deliver
     * @param unrouted those of them that it holds because no route applies
     */
    public record HolderView(
            String gateway,
            String state,
            long instances,
            long unfinished,
            long unrouted,
            Instant firstReceivedAt,
            Instant lastReceivedAt) {}

    /**
     * Copies that are as far as each other.
     *
     * @param destination empty while none is chosen
     * @param state pending, delivered, parked, held, merged, discarded or superseded
     * @param count how many
     * @param since when the first of them took its state
     * @param reason why one of them is parked; otherwise empty
     */
    public record AtView(
            String gateway, Optional<String> destination, String state, long count, Instant since, String reason) {}
}
