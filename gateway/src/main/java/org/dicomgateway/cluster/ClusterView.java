package org.dicomgateway.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as this gateway sees it.
 *
 * @param node the name of this gateway
 * @param closedBecause why nothing can be kept now; empty when it can
 * @param answers whether the database answers
 * @param database address of the primary, as it names itself when it last answered; may be empty
 * @param standby whether a synchronous standby confirms what is kept
 * @param lease who gives no sign of life for this long is declared dead
 * @param members its gateways, also those that are gone and not yet forgotten
 */
public record ClusterView(
        String node,
        Optional<String> closedBecause,
        boolean answers,
        String database,
        boolean standby,
        Duration lease,
        List<MemberView> members) {

    /**
     * A gateway of the cluster.
     *
     * @param state {@code working}, {@code dead} or {@code left}
     * @param since when that began
     * @param silence how long it has given no sign of life; empty: it is this gateway, or not at work
     * @param unfinished instances that it has yet to deliver, counted some seconds ago
     * @param alone instances of the time before it joined that are on its disk alone, counted some seconds ago
     * @param software its version
     * @param rules the digest of the rules that it works by; empty: it has not said
     * @param transforms the digest of its transforms with their tables and keys; empty: it has not said, or has none
     */
    public record MemberView(
            String node,
            String state,
            Instant since,
            Optional<Duration> silence,
            long unfinished,
            long alone,
            String software,
            String rules,
            String transforms) {}
}
