package org.dicomgateway.observe;

import java.util.List;

/**
 * Every metric of the gateway: name, labels, unit (the end of the name: seconds, bytes; otherwise what the name counts),
 * as Prometheus sees them. Labels are bounded: names of destinations and routes, and words of a fixed list. The page
 * docs/metrics.md says the same, and is held to it by a test; names are not changed.
 */
public enum Metric {
    INFO("gateway_version", Kind.GAUGE, "1; the version of the program", "version"),
    START_TIME("gateway_start_time_seconds", Kind.GAUGE, "When the gateway came up, since 1970"),

    RECEIVER_OPEN("gateway_receiver_open", Kind.GAUGE, "1 while associations are accepted"),
    RECEIVER_ASSOCIATIONS("gateway_receiver_associations", Kind.GAUGE, "Associations of senders open now"),
    RECEIVED_INSTANCES("gateway_received_instances_total", Kind.COUNTER, "Instances answered with success"),
    RECEIVED_BYTES("gateway_received_bytes_total", Kind.COUNTER, "Bytes of their datasets"),
    REFUSED_INSTANCES(
            "gateway_refused_instances_total",
            Kind.COUNTER,
            "Instances answered with a failure status, or broken off (status none)",
            "status"),
    RECEIVE("gateway_receive_seconds", Kind.HISTOGRAM, "From the C-STORE request to its answer, of received instances"),

    COMMIT("gateway_commit_seconds", Kind.HISTOGRAM, "Writing and syncing one batch of the spool's log"),
    COMMIT_INSTANCES("gateway_commit_instances", Kind.HISTOGRAM, "Instances made durable by one sync"),
    LEDGER_APPLY("gateway_ledger_apply_seconds", Kind.HISTOGRAM, "One transaction of the ledger"),
    LEDGER_UNWRITTEN("gateway_ledger_unwritten_changes", Kind.GAUGE, "Changes the ledger has not taken in yet"),
    LEDGER_DAMAGED(
            "gateway_ledger_damaged",
            Kind.GAUGE,
            "1 while the ledger is to be built anew by a restart: nothing is recycled before"),
    UNREAD_SEGMENTS("gateway_unread_segments", Kind.GAUGE, "Segments kept because something in them cannot be read"),
    SET_ASIDE("gateway_set_aside_files", Kind.GAUGE, "Files of the spool that no instance is known for"),
    DISK_FREE("gateway_disk_free_bytes", Kind.GAUGE, "Usable on the spool's file system"),
    DISK_TOTAL("gateway_disk_size_bytes", Kind.GAUGE, "Size of the spool's file system"),
    DISK_MIN_FREE("gateway_disk_min_free_bytes", Kind.GAUGE, "What must stay free: with less, nothing is taken in"),

    BOOKS(
            "gateway_books_deliveries",
            Kind.GAUGE,
            "Deliveries since the ledger began: received = delivered + pending + parked + held + superseded",
            "destination",
            "entry"),
    PENDING_BYTES("gateway_pending_bytes", Kind.GAUGE, "Bytes of what is pending", "destination"),
    OLDEST_PENDING(
            "gateway_oldest_pending_age_seconds",
            Kind.GAUGE,
            "Since the oldest that is pending was received; 0 when nothing is",
            "destination"),
    UNROUTED("gateway_unrouted_instances", Kind.GAUGE, "Instances held because no route applies to them"),
    UNASSIGNED(
            "gateway_unassigned_deliveries",
            Kind.GAUGE,
            "Deliveries that wait because none of their destinations can be used"),

    STATE(
            "gateway_destination_state",
            Kind.GAUGE,
            "1 for the state it is in, 0 for the others",
            "destination",
            "state"),
    USABLE("gateway_destination_usable", Kind.GAUGE, "1 while deliveries may be chosen to go there", "destination"),
    FAILURES(
            "gateway_destination_consecutive_failures",
            Kind.GAUGE,
            "Failures of the destination since something last worked",
            "destination"),
    IN_FLIGHT("gateway_in_flight_deliveries", Kind.GAUGE, "Deliveries being made", "destination"),
    OPEN_ASSOCIATIONS("gateway_open_associations", Kind.GAUGE, "Associations open to it", "destination"),
    ATTEMPTS("gateway_attempts_total", Kind.COUNTER, "Lines of the forward log", "destination", "outcome"),
    ATTEMPT("gateway_attempt_seconds", Kind.HISTOGRAM, "One attempt, of those that delivered", "destination"),
    DELIVERED_BYTES("gateway_delivered_bytes_total", Kind.COUNTER, "Bytes of datasets delivered", "destination"),
    DELIVERY("gateway_delivery_seconds", Kind.HISTOGRAM, "From receipt to delivery", "destination"),
    DISCARDED("gateway_discarded_total", Kind.COUNTER, "Deliveries given up for good by operators", "destination"),
    SUPERSEDED(
            "gateway_superseded_total",
            Kind.COUNTER,
            "Deliveries not made because a newer version was sent there before",
            "destination"),

    RULES_VERSION("gateway_rules_version", Kind.GAUGE, "Version of the rules in force"),
    RULES_BROKEN("gateway_rules_broken", Kind.GAUGE, "1 while the rules file has problems"),
    ROUTE_INSTANCES("gateway_route_instances_total", Kind.COUNTER, "Instances a route applied to", "route"),

    CERTIFICATE("gateway_certificate_expiry_seconds", Kind.GAUGE, "When it expires, since 1970", "file"),

    LISTENERS("gateway_live_listeners", Kind.GAUGE, "Listeners to live events");

    /** What Prometheus calls its type. */
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

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> labels;

    Metric(String text, Kind kind, String help, String... labels) {
        this.text = text;
        this.kind = kind;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** Its name, in Prometheus. */
    public String text() {
        return text;
    }

    /** Its type. */
    public Kind kind() {
        return kind;
    }

    /** What it tells. */
    public String help() {
        return help;
    }

    /** The names of its labels. */
    public List<String> labels() {
        return labels;
    }

    /** What Micrometer calls it: without what it appends for Prometheus. */
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
