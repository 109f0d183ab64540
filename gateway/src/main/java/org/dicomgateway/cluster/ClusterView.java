package org.dicomgateway.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as this gateway sees it.
 *
 * @param node the name of this gateway
 * @param closedBecause why nothing can be kept now; empty when it can
 * @param leaseValid whether this gateway may send
 * @param standby whether a synchronous standby confirms what is kept
 * @param members all gateways that ever joined and are not forgotten
 */
public record ClusterView(
        String node, Optional<String> closedBecause, boolean leaseValid, boolean standby, List<MemberView> members) {

    /**
     * A gateway of the cluster.
     *
     * @param state {@code working}, {@code dead} or {@code left}
     * @param epoch rises whenever it joins or is declared dead
     * @param software its version
     * @param since when it joined last
     */
    public record MemberView(String node, String state, long epoch, String software, Instant since) {}
}
