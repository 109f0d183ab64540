package org.dicomgateway.observe;

import java.util.List;

/**
 * All metrics of the gateway with name and labels, as Prometheus sees them. The end of the name is the unit: seconds
 * or bytes. Without a unit, the metric counts what its name says. Labels have few values: names of destinations and
 * routes, and words of a fixed list. The page docs/metrics.md lists the same metrics, and a test compares them. Names
 * never change.
 */
public enum Metric {
    INFO("gateway_version", Kind.GAUGE, "Always 1; the label is the version of the program", "version"),
    START_TIME("gateway_start_time_seconds", Kind.GAUGE, "When the gateway started, since 1970"),

    THREAD_ALIVE("gateway_thread_alive", Kind.GAUGE, "1 while a thread is alive that the gateway needs", "thread"),
    AUDIT_COMPLETE(
            "gateway_audit_complete_time_seconds",
            Kind.GAUGE,
            "When the audit trail on disk was last complete, since 1970; missing without an audit trail"),

    CLUSTER_KEEPS(
            "gateway_cluster_keeps",
            Kind.GAUGE,
            "1 while the cluster's database keeps what is received; missing without a cluster"),
    CLUSTER_GATEWAYS(
            "gateway_cluster_gateways",
            Kind.GAUGE,
            "Gateways of the cluster: working, or lost: dead, and neither back nor all taken over",
            "state"),
    CLUSTER_RULES(
            "gateway_cluster_rules",
            Kind.GAUGE,
            "Different rules that the working gateways of the cluster work by: 1, unless they differ"),

    RECEIVER_OPEN("gateway_receiver_open", Kind.GAUGE, "1 while associations are accepted"),
    RECEIVER_ASSOCIATIONS("gateway_receiver_associations", Kind.GAUGE, "Associations with senders that are open now"),
    RECEIVED_INSTANCES("gateway_received_instances_total", Kind.COUNTER, "Instances answered with success"),
    RECEIVED_BYTES("gateway_received_bytes_total", Kind.COUNTER, "Bytes of their datasets"),
    REFUSED_INSTANCES(
            "gateway_refused_instances_total",
            Kind.COUNTER,
            "Instances answered with a failure status, or not received completely (status none)",
            "status"),
    REJECTED_ASSOCIATIONS(
            "gateway_rejected_associations_total",
            Kind.COUNTER,
            "Senders that got no association, by result/source/reason of the answer; TLS: the handshake failed; PROXY: the header of a load balancer was refused; closed: there was no request",
            "code"),
    RECEIVE("gateway_receive_seconds", Kind.HISTOGRAM, "From the C-STORE request to its answer, of received instances"),

    COMMIT("gateway_commit_seconds", Kind.HISTOGRAM, "Writing and syncing one batch of the spool's log"),
    COMMIT_INSTANCES("gateway_commit_instances", Kind.HISTOGRAM, "Instances made durable by one sync"),
    LEDGER_APPLY("gateway_ledger_apply_seconds", Kind.HISTOGRAM, "One transaction of the ledger"),
    LEDGER_UNWRITTEN("gateway_ledger_unwritten_changes", Kind.GAUGE, "Changes that the ledger has not applied yet"),
    LEDGER_DAMAGED(
            "gateway_ledger_damaged",
            Kind.GAUGE,
            "1 while the ledger is damaged: restart the gateway to rebuild it; until then no segment is recycled"),
    UNREAD_SEGMENTS("gateway_unread_segments", Kind.GAUGE, "Segments kept because a part of them cannot be read"),
    SET_ASIDE("gateway_set_aside_files", Kind.GAUGE, "Files in the spool that belong to no known instance"),
    DISK_FREE("gateway_disk_free_bytes", Kind.GAUGE, "Usable space on the spool's file system"),
    DISK_TOTAL("gateway_disk_size_bytes", Kind.GAUGE, "Size of the spool's file system"),
    DISK_MIN_FREE("gateway_disk_min_free_bytes", Kind.GAUGE, "Free space that is required to accept instances"),

    BOOKS(
            "gateway_books_deliveries",
            Kind.GAUGE,
            "Deliveries since the ledger began: received = delivered + pending + parked + held + superseded",
            "destination",
            "entry"),
    PENDING_BYTES("gateway_pending_bytes", Kind.GAUGE, "Bytes of the pending deliveries", "destination"),
    OLDEST_PENDING(
            "gateway_oldest_pending_age_seconds",
            Kind.GAUGE,
            "Age of the oldest pending delivery, since receipt; 0 when none is pending",
            "destination"),
    UNROUTED("gateway_unrouted_instances", Kind.GAUGE, "Instances held because no route applies to them"),
    UNASSIGNED(
            "gateway_unassigned_deliveries",
            Kind.GAUGE,
            "Deliveries that wait because none of their destinations is usable"),

    COPIES(
            "gateway_copies",
            Kind.GAUGE,
            "Delivered copies of destinations that are verified, by what the last check found",
            "destination",
            "state"),
    UNCOMMITTED(
            "gateway_copies_uncommitted",
            Kind.GAUGE,
            "Delivered copies that a destination has not committed, by state: open, failed",
            "destination",
            "state"),
    UNCOMMITTED_OLDEST(
            "gateway_copies_uncommitted_oldest_age_seconds",
            Kind.GAUGE,
            "Time since the delivery of the oldest copy that the destination has not committed; 0 when there is none",
            "destination"),
    COMMITTED(
            "gateway_copies_committed_total",
            Kind.COUNTER,
            "Delivered copies that the destination has committed",
            "destination"),

    STATE("gateway_destination_state", Kind.GAUGE, "1 for the current state, 0 for the others", "destination", "state"),
    USABLE("gateway_destination_usable", Kind.GAUGE, "1 while deliveries can be assigned to it", "destination"),
    FAILURES(
            "gateway_destination_consecutive_failures",
            Kind.GAUGE,
            "Failures of the destination since its last success",
            "destination"),
    IN_FLIGHT("gateway_in_flight_deliveries", Kind.GAUGE, "Deliveries in progress", "destination"),
    OPEN_ASSOCIATIONS("gateway_open_associations", Kind.GAUGE, "Open associations to the destination", "destination"),
    ATTEMPTS("gateway_attempts_total", Kind.COUNTER, "Lines of the forward log", "destination", "outcome"),
    ATTEMPT("gateway_attempt_seconds", Kind.HISTOGRAM, "Duration of one successful attempt", "destination"),
    DELIVERED_BYTES("gateway_delivered_bytes_total", Kind.COUNTER, "Bytes of datasets delivered", "destination"),
    DELIVERY("gateway_delivery_seconds", Kind.HISTOGRAM, "From receipt to delivery", "destination"),
    DISCARDED("gateway_discarded_total", Kind.COUNTER, "Deliveries that operators ended for good", "destination"),
    SUPERSEDED(
            "gateway_superseded_total",
            Kind.COUNTER,
            "Deliveries not made because a newer version was sent before",
            "destination"),
    TRANSCODED(
            "gateway_transcoded_total",
            Kind.COUNTER,
            "Deliveries of instances that were brought into this transfer syntax for the destination",
            "destination",
            "syntax"),

    COMMITMENTS_OPEN(
            "gateway_commitments_open", Kind.GAUGE, "Requests of storage commitment without a result yet", "sender"),
    COMMITMENT_OLDEST(
            "gateway_commitment_oldest_age_seconds",
            Kind.GAUGE,
            "Age of the sender's oldest open request of storage commitment; 0 when none is open",
            "sender"),
    COMMITMENTS(
            "gateway_commitments_total",
            Kind.COUNTER,
            "Requests of storage commitment that ended, by result: successful, failed, given_up",
            "sender",
            "result"),
    EVENTS_WAITING("gateway_events_waiting", Kind.GAUGE, "Events that wait for the receiver", "receiver"),
    EVENTS_OLDEST(
            "gateway_events_oldest_age_seconds",
            Kind.GAUGE,
            "Age of the oldest event that waits for the receiver; 0 when none waits",
            "receiver"),
    EVENT_FAILURES(
            "gateway_event_receiver_consecutive_failures",
            Kind.GAUGE,
            "Failed attempts to tell the receiver since its last success",
            "receiver"),
    EVENTS("gateway_events_taken_total", Kind.COUNTER, "Events that the receiver has taken", "receiver"),
    RULES_VERSION("gateway_rules_version", Kind.GAUGE, "Version of the rules in force"),
    RULES_BROKEN("gateway_rules_broken", Kind.GAUGE, "1 while the rules file has problems"),
    ROUTE_INSTANCES("gateway_route_instances_total", Kind.COUNTER, "Instances to which the route applied", "route"),

    CERTIFICATE("gateway_certificate_expiry_seconds", Kind.GAUGE, "When the certificate expires, since 1970", "file"),

    LISTENERS("gateway_live_listeners", Kind.GAUGE, "Listeners to live events");

    /** The metric types of Prometheus. */
    public enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private static final String TOTAL = "_total";
    private static final String SECONDS = "_seconds";

    private final String text;
    private final Kind kind;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes it immutable
    private final List<String> labels;

    Metric(String text, Kind kind, String help, String... labels) {
        this.text = text;
        this.kind = kind;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** Its name in Prometheus. */
    public String text() {
        return text;
    }

    /** Its type. */
    public Kind kind() {
        return kind;
    }

    /** Its help text. */
    public String help() {
        return help;
    }

    /** The names of its labels. */
    public List<String> labels() {
        return labels;
    }

    /** Its name in Micrometer: without the suffixes that Micrometer adds for Prometheus. */
    String registered() {
        if (kind == Kind.COUNTER) {
            return text.substring(0, text.length() - TOTAL.length());
        }
        return isTimed() ? text.substring(0, text.length() - SECONDS.length()) : text;
    }

    /** Whether it is a distribution of durations. */
    boolean isTimed() {
        return kind == Kind.HISTOGRAM && text.endsWith(SECONDS);
    }
}
