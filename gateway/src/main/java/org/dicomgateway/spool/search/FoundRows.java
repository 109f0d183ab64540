package org.dicomgateway.spool.search;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.SpoolSearch.Event;
import org.dicomgateway.spool.SpoolSearch.EventKind;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;
import org.dicomgateway.spool.SpoolSearch.FoundStudy;
import org.dicomgateway.spool.SpoolSearch.Story;
import org.dicomgateway.spool.SpoolSearch.StudyAt;
import org.dicomgateway.spool.SpoolView.StudyPart;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.sqlite.CommitmentRows;
import org.dicomgateway.spool.sqlite.CopyRows;
import org.dicomgateway.spool.sqlite.DeliveryEvents;
import org.dicomgateway.spool.sqlite.LedgerRows;
import org.dicomgateway.spool.sqlite.SeriesRow;
import org.dicomgateway.spool.sqlite.Statements;
import org.jspecify.annotations.Nullable;

/**
 * Reads found instances and studies completely. For one thread, within one transaction. The class is long because every
 * query stands beside its SQL.
 */
public final class FoundRows {

    private final Statements database;
    private final Set<String> absent;
    /** Each row is read once: in SQLite, reading texts is the expensive part. */
    private final Map<Long, SeriesRow> series = new HashMap<>();

    FoundRows(Statements database) throws SQLException {
        this.database = database;
        this.absent =
                Set.copyOf(database.list(row -> row.getString(1), "SELECT destination FROM books WHERE present = 0"));
    }

    /** Reads an instance, if it exists. */
    Optional<FoundInstance> instance(long id) throws SQLException {
        return instances(List.of(id)).stream().findFirst();
    }

    /**
     * Reads the existing instances, in this order. One query for all, because a query costs as much as a dozen of its
     * rows.
     */
    List<FoundInstance> instances(List<Long> ids) throws SQLException {
        String list = ids.toString();
        return withDeliveries(
                database.list(this::found, INSTANCES, list), list, checks(list), commitments(list), sentAs(list));
    }

    private FoundInstance found(ResultSet row) throws SQLException {
        Instance instance = series(row.getLong(2))
                .instance(
                        row.getLong(1), Uid.of(row.getString(3)), Instant.ofEpochMilli(row.getLong(4)), row.getLong(5));
        return new FoundInstance(instance, row.getLong(6), row.getInt(7) == 1, List.of());
    }

    /** A delivery and the destination that it was noted for. */
    private record Sent(long delivery, String destination) {}

    /** What was noted: SOP Instance UID, and the transfer syntax when it is another one. */
    private record SentForm(String sopInstance, Optional<TransferSyntax> transcoded) {}

    /** Under which SOP Instance UIDs, and in which transfer syntaxes, destinations were sent these instances. */
    private Map<Sent, SentForm> sentAs(String ids) throws SQLException {
        Map<Sent, SentForm> sent = new HashMap<>();
        try (ResultSet row = database.query(SENT_AS, ids)) {
            while (row.next()) {
                sent.put(
                        new Sent(row.getLong(1), row.getString(2)),
                        new SentForm(
                                row.getString(3),
                                Optional.ofNullable(row.getString(4)).map(TransferSyntax::of)));
            }
        }
        return sent;
    }

    /** What was last reported about the deliveries of these instances, by delivery. */
    private Map<Long, Commitment> commitments(String ids) throws SQLException {
        Map<Long, Commitment> commitments = new HashMap<>();
        try (ResultSet row = database.query(COMMITMENTS, ids)) {
            while (row.next()) {
                commitments.put(row.getLong(1), CommitmentRows.said(row));
            }
        }
        return commitments;
    }

    /** The last checks of the deliveries of these instances, by delivery. */
    private Map<Long, FoundCheck> checks(String ids) throws SQLException {
        Map<Long, FoundCheck> checks = new HashMap<>();
        try (ResultSet row = database.query(CHECKS, ids)) {
            while (row.next()) {
                checks.put(
                        row.getLong(1),
                        new FoundCheck(
                                CopyRows.state(row.getInt(2)),
                                Instant.ofEpochMilli(row.getLong(3)),
                                text(row.getString(4)),
                                text(row.getString(5))));
            }
        }
        return checks;
    }

    /** Adds the deliveries, in the order of the plan, which is the order of the keys. */
    private List<FoundInstance> withDeliveries(
            List<FoundInstance> instances,
            String ids,
            Map<Long, FoundCheck> checks,
            Map<Long, Commitment> commitments,
            Map<Sent, SentForm> sentAs)
            throws SQLException {
        Map<Long, List<FoundDelivery>> deliveries = new HashMap<>();
        Map<Long, Instance> byId =
                instances.stream().map(FoundInstance::instance).collect(Collectors.toMap(Instance::id, same -> same));
        try (ResultSet row = database.query(DELIVERIES, ids)) {
            while (row.next()) {
                @Nullable Instance instance = byId.get(DeliveryId.instance(row.getLong(1)));
                if (instance != null) {
                    deliveries
                            .computeIfAbsent(instance.id(), id -> new ArrayList<>())
                            .add(delivery(
                                    row,
                                    instance,
                                    Optional.ofNullable(checks.get(row.getLong(1))),
                                    Optional.ofNullable(commitments.get(row.getLong(1))),
                                    Optional.ofNullable(sentAs.get(new Sent(row.getLong(1), text(row.getString(4)))))));
                }
            }
        }
        return instances.stream()
                .map(each -> new FoundInstance(
                        each.instance(),
                        each.rulesVersion(),
                        each.routed(),
                        deliveries.getOrDefault(each.instance().id(), List.of())))
                .toList();
    }

    private SeriesRow series(long id) throws SQLException {
        @Nullable SeriesRow known = series.get(id);
        if (known != null) {
            return known;
        }
        try (ResultSet row = database.query(SERIES, id)) {
            row.next();
            SeriesRow read = SeriesRow.read(row);
            series.put(id, read);
            return read;
        }
    }

    private FoundDelivery delivery(
            ResultSet row,
            Instance instance,
            Optional<FoundCheck> check,
            Optional<Commitment> commitment,
            Optional<SentForm> sentAs)
            throws SQLException {
        @Nullable String destination = row.getString(4);
        long settled = row.getLong(11);
        return new FoundDelivery(
                row.getLong(1),
                instance.id(),
                instance.sopInstance().value(),
                instance.studyInstanceUid(),
                instance.accessionNumber(),
                instance.modality(),
                row.getString(2),
                row.getInt(3),
                Optional.ofNullable(destination),
                Optional.ofNullable(row.getString(5)).stream()
                        .flatMap(String::lines)
                        .toList(),
                state(row.getInt(6), destination),
                row.getInt(7),
                Instant.ofEpochMilli(row.getLong(8)),
                status(row, 9),
                text(row.getString(10)),
                settled > 0 ? Instant.ofEpochMilli(settled) : instance.receivedAt(),
                check,
                commitment,
                sentAs.map(SentForm::sopInstance),
                sentAs.flatMap(SentForm::transcoded));
    }

    private DeliveryState state(int code, @Nullable String destination) {
        return code == LedgerRows.PENDING && destination != null && absent.contains(destination)
                ? DeliveryState.HELD
                : LedgerRows.state(code);
    }

    private static OptionalInt status(ResultSet row, int column) throws SQLException {
        int status = row.getInt(column);
        return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(status);
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Reads the events of an instance, if it exists. */
    Optional<Story> story(long id) throws SQLException {
        Optional<FoundInstance> found = instance(id);
        return found.isEmpty() ? Optional.empty() : Optional.of(story(found.get()));
    }

    /** Reads the events of an instance. */
    Story story(FoundInstance found) throws SQLException {
        List<Event> events = new ArrayList<>();
        Instance instance = found.instance();
        events.add(event(instance.receivedAt(), EventKind.RECEIVED, 0, "", "", OptionalInt.empty(), ""));
        if (!found.routed()) {
            events.add(event(
                    instance.receivedAt(), EventKind.HELD, 0, "", "", OptionalInt.empty(), "no route applies to it"));
        }
        for (FoundDelivery delivery : found.deliveries()) {
            addEvents(delivery, found.deliveries(), instance, events);
        }
        events.sort(Comparator.comparing(Event::at).thenComparing(Event::kind));
        return new Story(found, events);
    }

    private void addEvents(FoundDelivery delivery, List<FoundDelivery> all, Instance instance, List<Event> events)
            throws SQLException {
        String candidates = delivery.candidates().isEmpty()
                ? delivery.destination().orElse("")
                : String.join(",", delivery.candidates());
        events.add(event(
                instance.receivedAt(),
                EventKind.PLANNED,
                delivery.id(),
                delivery.route(),
                candidates,
                OptionalInt.empty(),
                ""));
        events.addAll(database.list(
                row -> new Event(
                        Instant.ofEpochMilli(row.getLong(2)),
                        Instant.ofEpochMilli(row.getLong(3)),
                        row.getLong(4),
                        DeliveryEvents.Kind.told(row.getInt(1)),
                        delivery.id(),
                        delivery.route(),
                        text(row.getString(5)),
                        status(row, 6),
                        text(row.getString(7))),
                EVENTS,
                delivery.id()));
        Optional<FoundDelivery> by = madeBy(delivery, all);
        if (by.isPresent()) {
            Instant made = later(by.get().since(), delivery.since());
            events.add(event(
                    made,
                    EventKind.DELIVERED,
                    delivery.id(),
                    delivery.route(),
                    delivery.destination().orElse(""),
                    by.get().lastStatus(),
                    delivery.state() == DeliveryState.MERGED ? "by another route's delivery to the same" : ""));
        }
        delivery.lastCheck()
                .ifPresent(check -> events.add(event(
                        check.at(),
                        EventKind.valueOf(check.state().name()),
                        delivery.id(),
                        delivery.route(),
                        delivery.destination().orElse(""),
                        OptionalInt.empty(),
                        check.detail().isEmpty() ? check.how() : check.how() + ": " + check.detail())));
        delivery.commitment().ifPresent(said -> events.add(said(delivery, said)));
    }

    private static Event said(FoundDelivery delivery, Commitment said) {
        return event(
                said.at(),
                said.failure().isEmpty() ? EventKind.COMMITTED : EventKind.NOT_COMMITTED,
                delivery.id(),
                delivery.route(),
                delivery.destination().orElse(""),
                OptionalInt.empty(),
                said.failure().map(FailureReason::toString).orElse(""));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * The delivery that brought the instance to the destination: this one, or the one it was merged with. Empty if not
     * delivered.
     */
    private static Optional<FoundDelivery> madeBy(FoundDelivery delivery, List<FoundDelivery> all) {
        if (delivery.state() != DeliveryState.MERGED) {
            return Optional.of(delivery).filter(each -> each.state() == DeliveryState.DELIVERED);
        }
        return all.stream()
                .filter(other -> other.state() == DeliveryState.DELIVERED
                        && other.destination().equals(delivery.destination()))
                .findFirst();
    }

    private static Event event(
            Instant at,
            EventKind kind,
            long delivery,
            String route,
            String destination,
            OptionalInt status,
            String reason) {
        return new Event(at, at, 1, kind, delivery, route, destination, status, reason);
    }

    /** Reads a study, if it has instances. */
    Optional<FoundStudy> study(String study) throws SQLException {
        Set<String> accessions = new TreeSet<>();
        Set<String> patients = new TreeSet<>();
        Set<String> modalities = new TreeSet<>();
        Set<String> senders = new TreeSet<>();
        try (ResultSet row = database.query(THEIR_SERIES, study)) {
            while (row.next()) {
                accessions.add(row.getString(1));
                patients.add(row.getString(2));
                modalities.add(row.getString(3));
                senders.add(row.getString(4));
            }
        }
        try (ResultSet row = database.query(THEIR_INSTANCES, study)) {
            if (!row.next() || row.getLong(1) == 0) {
                return Optional.empty();
            }
            return Optional.of(new FoundStudy(
                    study,
                    last(accessions),
                    last(patients),
                    modalities.stream().filter(text -> !text.isEmpty()).toList(),
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(5),
                    Instant.ofEpochMilli(row.getLong(3)),
                    Instant.ofEpochMilli(row.getLong(4)),
                    List.copyOf(senders),
                    destinations(study)));
        }
    }

    /** Reads what was received of a study after an instance. */
    StudyPart part(String study, long after) throws SQLException {
        List<String> series = new ArrayList<>();
        Set<String> sopInstances = new HashSet<>();
        long last = 0;
        try (ResultSet row = database.query(THEIR_PART, study, after)) {
            while (row.next()) {
                last = Math.max(last, row.getLong(1));
                sopInstances.add(row.getString(2));
                String uid = row.getString(3);
                if (series.size() < StudyPart.MAX_SERIES && !uid.isEmpty() && !series.contains(uid)) {
                    series.add(uid);
                }
            }
        }
        series.sort(Comparator.naturalOrder());
        Map<String, Long> unverified = new HashMap<>();
        try (ResultSet row = database.query(THEIR_UNVERIFIED, study)) {
            while (row.next()) {
                unverified.put(text(row.getString(1)), row.getLong(2));
            }
        }
        return new StudyPart(sopInstances.size(), last, series, unverified);
    }

    /** Picks one of several values that should be equal, not empty if possible. */
    private static String last(Set<String> texts) {
        return texts.stream().reduce("", (first, second) -> second);
    }

    private List<StudyAt> destinations(String study) throws SQLException {
        Map<String, StudyAt> destinations = new TreeMap<>();
        try (ResultSet row = database.query(THEIR_DELIVERIES, study)) {
            while (row.next()) {
                @Nullable String destination = row.getString(1);
                DeliveryState state = state(row.getInt(2), destination);
                long count = row.getLong(3);
                String name = text(destination);
                destinations.merge(
                        name,
                        new StudyAt(
                                name,
                                of(count, state, DeliveryState.DELIVERED),
                                of(count, state, DeliveryState.PENDING),
                                of(count, state, DeliveryState.PARKED),
                                of(count, state, DeliveryState.HELD),
                                of(count, state, DeliveryState.SUPERSEDED),
                                of(count, state, DeliveryState.DISCARDED),
                                text(row.getString(4)),
                                0,
                                0,
                                0,
                                0,
                                0),
                        FoundRows::sum);
            }
        }
        try (ResultSet row = database.query(THEIR_COPIES, study)) {
            while (row.next()) {
                CopyState state = CopyRows.state(row.getInt(2));
                long count = row.getLong(3);
                add(
                        destinations,
                        row.getString(1),
                        state == CopyState.VERIFIED ? count : 0,
                        state == CopyState.MISSING ? count : 0,
                        state == CopyState.DIFFERING ? count : 0,
                        0,
                        0);
            }
        }
        try (ResultSet row = database.query(THEIR_COMMITMENTS, study)) {
            while (row.next()) {
                long failed = row.getLong(3);
                add(destinations, row.getString(1), 0, 0, 0, row.getLong(2) - failed, failed);
            }
        }
        return List.copyOf(destinations.values());
    }

    private static void add(
            Map<String, StudyAt> destinations,
            String destination,
            long verified,
            long missing,
            long differing,
            long committed,
            long uncommitted) {
        destinations.computeIfPresent(
                destination,
                (name, at) -> sum(
                        at,
                        new StudyAt(name, 0, 0, 0, 0, 0, 0, "", verified, missing, differing, committed, uncommitted)));
    }

    private static long of(long count, DeliveryState state, DeliveryState counted) {
        return state == counted ? count : 0;
    }

    private static StudyAt sum(StudyAt a, StudyAt b) {
        return new StudyAt(
                a.destination(),
                a.delivered() + b.delivered(),
                a.pending() + b.pending(),
                a.parked() + b.parked(),
                a.held() + b.held(),
                a.superseded() + b.superseded(),
                a.discarded() + b.discarded(),
                a.reason().isEmpty() ? b.reason() : a.reason(),
                a.verified() + b.verified(),
                a.missing() + b.missing(),
                a.differing() + b.differing(),
                a.committed() + b.committed(),
                a.uncommitted() + b.uncommitted());
    }

    public static final String INSTANCES = """
            SELECT i.id, i.series, i.sop_instance, i.received_at, i.dataset_length, i.rules_version, i.routed
            FROM json_each(?) asked CROSS JOIN instance i ON i.id = asked.value""";

    static final String SERIES = "SELECT " + SeriesRow.COLUMNS + " FROM series WHERE id = ?";

    public static final String DELIVERIES = """
            SELECT d.id, d.route, d.copy, d.destination, d.candidates, d.state, d.attempts, d.due, d.last_status,
              d.last_error, d.settled_at
            FROM json_each(?) asked CROSS JOIN delivery d NOT INDEXED
            WHERE d.id BETWEEN asked.value * 1024 AND asked.value * 1024 + 1023""";

    public static final String CHECKS = """
            SELECT c.delivery, c.state, c.checked_at, c.how, c.detail FROM json_each(?) asked CROSS JOIN copy c
            WHERE c.delivery BETWEEN asked.value * 1024 AND asked.value * 1024 + 1023 AND c.checked_at IS NOT NULL""";

    public static final String SENT_AS = """
            SELECT a.delivery, a.destination, a.sop_instance, a.transfer_syntax FROM json_each(?) asked CROSS JOIN sent_as a
            WHERE a.delivery BETWEEN asked.value * 1024 AND asked.value * 1024 + 1023""";

    static final String THEIR_COPIES = """
            SELECT c.destination, c.state, count(*)
            FROM series s INDEXED BY series_by_study CROSS JOIN instance i INDEXED BY instance_by_series ON i.series = s.id
              CROSS JOIN copy c
            WHERE s.study_uid = ? AND c.delivery BETWEEN i.id * 1024 AND i.id * 1024 + 1023
            GROUP BY c.destination, c.state""";

    public static final String COMMITMENTS = """
            SELECT c.delivery, c.reported_at, c.reason FROM json_each(?) asked CROSS JOIN commitment c
            WHERE c.delivery BETWEEN asked.value * 1024 AND asked.value * 1024 + 1023 AND c.reported_at IS NOT NULL""";

    static final String THEIR_COMMITMENTS = """
            SELECT c.destination, count(*), count(c.reason)
            FROM series s INDEXED BY series_by_study CROSS JOIN instance i INDEXED BY instance_by_series ON i.series = s.id
              CROSS JOIN commitment c
            WHERE s.study_uid = ? AND c.delivery BETWEEN i.id * 1024 AND i.id * 1024 + 1023 AND c.reported_at IS NOT NULL
            GROUP BY c.destination""";

    static final String EVENTS =
            "SELECT kind, at, last_at, times, destination, status, reason FROM event WHERE delivery = ? ORDER BY"
                    + " number";

    static final String THEIR_SERIES = """
            SELECT DISTINCT accession_number, patient_id, modality, calling_ae FROM series INDEXED BY series_by_study
            WHERE study_uid = ?""";

    static final String THEIR_INSTANCES = """
            SELECT count(*), sum(i.dataset_length), min(i.received_at), max(i.received_at), sum(i.routed = 0)
            FROM series s INDEXED BY series_by_study CROSS JOIN instance i INDEXED BY instance_by_series ON i.series = s.id
            WHERE s.study_uid = ?""";

    public static final String THEIR_PART = """
            SELECT i.id, i.sop_instance, s.series_uid
            FROM series s INDEXED BY series_by_study CROSS JOIN instance i INDEXED BY instance_by_series ON i.series = s.id
            WHERE s.study_uid = ? AND i.id > ?""";

    /** A copy that a newer version has replaced since needs no check. */
    static final String THEIR_UNVERIFIED = """
            SELECT d.destination, count(*)
            FROM series s INDEXED BY series_by_study CROSS JOIN instance i INDEXED BY instance_by_series ON i.series = s.id
              CROSS JOIN delivery d NOT INDEXED LEFT JOIN copy c ON c.delivery = d.id
            WHERE s.study_uid = ? AND d.id BETWEEN i.id * 1024 AND i.id * 1024 + 1023
              AND d.state = 1 AND (c.state IS NULL OR c.state NOT IN (1, 5))
            GROUP BY d.destination""";

    static final String THEIR_DELIVERIES = """
            SELECT d.destination, d.state, count(*), max(CASE WHEN d.state IN (0, 2) THEN d.last_error END)
            FROM series s INDEXED BY series_by_study CROSS JOIN instance i INDEXED BY instance_by_series ON i.series = s.id
              CROSS JOIN delivery d NOT INDEXED
            WHERE s.study_uid = ? AND d.id BETWEEN i.id * 1024 AND i.id * 1024 + 1023
            GROUP BY d.destination, d.state""";
}
