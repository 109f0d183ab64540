package org.dicomgateway.admin.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.cluster.OrderView;

/** Answers to requests that do something, and to health checks. */
public final class Answers {

    private Answers() {}

    /**
     * The action was done.
     *
     * @param count to how many deliveries or files
     * @param cluster what each gateway of the cluster did; left out without a cluster
     */
    public record Count(
            long count, @JsonInclude(Include.NON_ABSENT) Optional<OrderView> cluster) {

        /** Done by this gateway alone. */
        public Count(long count) {
            this(count, Optional.empty());
        }
    }

    /**
     * A file was taken in.
     *
     * @param instanceId the key of its instance in the spool
     */
    public record TakenIn(long instanceId) {}

    /**
     * A destination was paused or resumed.
     *
     * @param paused whether it is paused now
     * @param cluster what each gateway of the cluster did; left out without a cluster
     */
    public record Paused(
            String destination,
            boolean paused,
            @JsonInclude(Include.NON_ABSENT) Optional<OrderView> cluster) {

        /** Done by this gateway alone. */
        public Paused(String destination, boolean paused) {
            this(destination, paused, Optional.empty());
        }
    }

    /** A destination that is down is being tried now. */
    public record Tried(String destination) {}

    /**
     * Receiving was paused or resumed.
     *
     * @param paused whether it is paused now
     */
    public record ReceiverPaused(boolean paused) {}

    /**
     * How far a drain got.
     *
     * @param draining whether the gateway is drained; false also when it was resumed or restarted since
     * @param done whether nothing arrives any more and nothing is pending; parked and held deliveries can be left
     * @param receiving how many instances are still being received
     * @param left the destinations for which anything is pending, parked or held
     * @param unassigned deliveries that wait because none of their candidates can be used
     * @param unrouted instances that are held because no route applies to them
     */
    public record Drain(
            boolean draining, boolean done, int receiving, List<DestinationView> left, long unassigned, long unrouted) {

        /** Copies the list. */
        public Drain {
            left = List.copyOf(left);
        }
    }

    /**
     * The process answers.
     *
     * @param ready true
     * @param why empty
     */
    public record Health(boolean ready, String why) {}

    /**
     * The readiness of the gateway.
     *
     * @param ready whether every thread that must run is running, and instances are accepted
     * @param why why not; or, when ready, what needs attention anyway
     * @param auditComplete when the audit trail was last completely on disk, about half a second ago unless something
     *     is wrong; empty without an audit trail
     */
    public record Ready(boolean ready, String why, Optional<Instant> auditComplete) {}

    /**
     * What a probe is told.
     *
     * @param ready yes, or no
     */
    public record Probe(boolean ready) {}

    /**
     * The user who asks.
     *
     * @param name empty when no users are configured
     * @param role operator or viewer
     */
    public record User(String name, String role) {}

    /**
     * The request failed.
     *
     * @param error why
     */
    public record Failure(String error) {}
}
