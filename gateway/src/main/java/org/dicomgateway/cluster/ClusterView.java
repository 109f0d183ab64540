package org.dicomgateway.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as this gateway sees it.
 *
 * @param node the name of this gateway
 * @param closedBecause why nothing can be kept now; empty when it can
 * @param standby whether a synchronous standby confirms what is kept
 * @param members its gateways, also those that are gone and not yet forgotten
 */
public record ClusterView(String node, Optional<String> closedBecause, boolean standby, List<MemberView> members) {

    /**
     * A gateway of the cluster.
     *
     * @param state {@code working}, {@code dead} or {@code left}
     * @param since when that began
     * @param unfinished instances that it has yet to deliver, counted some seconds ago
     * @param software its version
     */
    public record MemberView(String node, String state, Instant since, long unfinished, String software) {}
}
