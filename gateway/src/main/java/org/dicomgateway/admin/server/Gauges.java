package org.dicomgateway.admin.server;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.CommitmentsView.CommitmentView;
import org.dicomgateway.admin.api.CommitmentsView.DestinationView;
import org.dicomgateway.admin.api.CommitmentsView.SenderView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.api.ThreadView;
import org.dicomgateway.observe.Metric;
import org.dicomgateway.observe.Metrics;
import org.dicomgateway.observe.Metrics.Reading;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.SpoolView.Vitals;

/** Measures the current state as metrics at each scrape. One scrape at a time; all books in it are from one moment. */
final class Gauges {

    /** All states of a destination. The metric has a value for each, so that no series disappears. */
    static final List<String> STATES = List.of("up", "degraded", "down", "paused", "closed by schedule");

    private final Controls controls;
    private final SpoolView spool;
    private final LiveEvents live;
    private final Metrics metrics;
    private volatile CommitmentsView commitments = new CommitmentsView(List.of(), List.of(), List.of());

    Gauges(Controls controls, SpoolView spool, LiveEvents live, Metrics metrics) {
        this.controls = controls;
        this.spool = spool;
        this.live = live;
        this.metrics = metrics;
    }

    /** All metrics, in the text format of Prometheus. */
    synchronized String scrape(Instant now) {
        process();
        spool(now);
        destinations();
        commitments(now);
        events(now);
        rules();
        certificates();
        metrics.set(Metric.LISTENERS, live.listeners());
        return metrics.scrape();
    }

    private void process() {
        ProcessView process = controls.process();
        metrics.set(Metric.INFO, List.of(new Reading(1, process.version())));
        metrics.set(Metric.START_TIME, process.started().getEpochSecond());
        metrics.set(Metric.THREAD_ALIVE, readings(process.threads(), ThreadView::name, each -> each.alive() ? 1 : 0));
        metrics.set(
                Metric.AUDIT_COMPLETE,
                process.auditComplete().stream()
                        .map(at -> new Reading(at.getEpochSecond()))
                        .toList());
        controls.cluster().ifPresent(this::cluster);
        ReceiverView receiver = controls.receiver();
        metrics.set(Metric.RECEIVER_OPEN, receiver.state().equals("open") ? 1 : 0);
        metrics.set(Metric.RECEIVER_ASSOCIATIONS, receiver.associations());
        RejectedSenders rejected = controls.rejectedSenders();
        for (String code : rejected.counts().keySet()) {
            metrics.count(
                    Metric.REJECTED_ASSOCIATIONS,
                    rejected,
                    all -> (double) all.counts().getOrDefault(code, 0L),
                    code);
        }
    }

    private void cluster(StatusView.Cluster cluster) {
        metrics.set(Metric.CLUSTER_KEEPS, cluster.trouble().isEmpty() ? 1 : 0);
        metrics.set(
                Metric.CLUSTER_GATEWAYS,
                List.of(
                        new Reading(cluster.working().size(), "working"),
                        new Reading(cluster.lost().size(), "lost")));
        metrics.set(Metric.CLUSTER_RULES, cluster.byRules().size());
    }

    private void spool(Instant now) {
        Vitals vitals = spool.vitals();
        metrics.set(Metric.DISK_FREE, vitals.diskFree());
        metrics.set(Metric.DISK_TOTAL, vitals.diskTotal());
        metrics.set(Metric.DISK_MIN_FREE, vitals.minFree());
        metrics.set(Metric.LEDGER_UNWRITTEN, vitals.unwritten());
        metrics.set(Metric.SET_ASIDE, vitals.setAside());
        metrics.set(Metric.UNREAD_SEGMENTS, vitals.unreadSegments());
        metrics.set(Metric.LEDGER_DAMAGED, vitals.ledgerDamage().isPresent() ? 1 : 0);
        metrics.set(Metric.UNROUTED, spool.unrouted());
        metrics.set(Metric.UNASSIGNED, spool.unassigned());
        Map<String, Books> books = spool.books();
        List<Reading> entries = new ArrayList<>();
        books.forEach((name, counted) -> {
            entries.add(new Reading(counted.received(), name, "received"));
            entries.add(new Reading(counted.delivered(), name, "delivered"));
            entries.add(new Reading(counted.pending(), name, "pending"));
            entries.add(new Reading(counted.parked(), name, "parked"));
            entries.add(new Reading(counted.held(), name, "held"));
            entries.add(new Reading(counted.superseded(), name, "superseded"));
        });
        metrics.set(Metric.BOOKS, entries);
        metrics.set(
                Metric.PENDING_BYTES,
                readings(
                        books.entrySet(),
                        Map.Entry::getKey,
                        entry -> entry.getValue().pendingBytes()));
        List<Reading> copies = new ArrayList<>();
        spool.copyCounts().forEach((name, counts) -> {
            for (CopyState state : CopyState.values()) {
                copies.add(new Reading(counts.getOrDefault(state, 0L), name, word(state.name())));
            }
        });
        metrics.set(Metric.COPIES, copies);
        TreeSet<String> names = new TreeSet<>(books.keySet());
        names.addAll(controls.destinations().keySet());
        Map<String, Instant> oldest = spool.oldestWaiting();
        metrics.set(
                Metric.OLDEST_PENDING,
                readings(
                        names,
                        name -> name,
                        name -> Duration.between(oldest.getOrDefault(name, now), now)
                                        .toMillis()
                                / 1000.0));
    }

    private void destinations() {
        Map<String, HealthView> all = controls.destinations();
        List<Reading> states = new ArrayList<>();
        all.forEach((name, health) -> STATES.forEach(
                state -> states.add(new Reading(health.state().equals(state) ? 1 : 0, name, word(state)))));
        metrics.set(Metric.STATE, states);
        set(Metric.USABLE, all, health -> health.usable() ? 1 : 0);
        set(Metric.FAILURES, all, HealthView::consecutiveFailures);
        set(Metric.IN_FLIGHT, all, HealthView::inFlight);
        set(Metric.OPEN_ASSOCIATIONS, all, HealthView::openAssociations);
    }

    private void events(Instant now) {
        List<StatusView.Receiver> receivers = controls.events().receivers();
        metrics.set(
                Metric.EVENTS_WAITING, readings(receivers, StatusView.Receiver::name, StatusView.Receiver::waiting));
        metrics.set(
                Metric.EVENTS_OLDEST,
                readings(
                        receivers,
                        StatusView.Receiver::name,
                        each -> Duration.between(each.oldest().orElse(now), now).toMillis() / 1000.0));
        metrics.set(
                Metric.EVENT_FAILURES, readings(receivers, StatusView.Receiver::name, StatusView.Receiver::failures));
        receivers.forEach(each -> metrics.count(
                Metric.EVENTS,
                controls,
                all -> all.events().receivers().stream()
                        .filter(one -> one.name().equals(each.name()))
                        .mapToDouble(StatusView.Receiver::taken)
                        .sum(),
                each.name()));
    }

    private void commitments(Instant now) {
        CommitmentsView all = controls.commitments();
        commitments = all;
        List<Reading> open = new ArrayList<>();
        List<Reading> oldest = new ArrayList<>();
        for (SenderView sender : all.senders()) {
            List<Instant> requested = all.items().stream()
                    .filter(each -> each.waits() && each.sender().equals(sender.name()))
                    .map(CommitmentView::requestedAt)
                    .toList();
            open.add(new Reading(requested.size(), sender.name()));
            Instant first = requested.stream().min(Instant::compareTo).orElse(now);
            oldest.add(new Reading(Duration.between(first, now).toMillis() / 1000.0, sender.name()));
            count(sender.name(), "successful", SenderView::successful);
            count(sender.name(), "failed", SenderView::failed);
            count(sender.name(), "given_up", SenderView::givenUp);
        }
        metrics.set(Metric.COMMITMENTS_OPEN, open);
        metrics.set(Metric.COMMITMENT_OLDEST, oldest);
        archives(all.destinations(), now);
    }

    private void archives(List<DestinationView> asked, Instant now) {
        List<Reading> uncommitted = new ArrayList<>();
        asked.forEach(each -> {
            uncommitted.add(new Reading(each.open(), each.name(), "open"));
            uncommitted.add(new Reading(each.failed(), each.name(), "failed"));
            metrics.count(
                    Metric.COMMITTED,
                    this,
                    gauges -> gauges.commitments.destinations().stream()
                            .filter(one -> one.name().equals(each.name()))
                            .mapToDouble(DestinationView::committed)
                            .sum(),
                    each.name());
        });
        metrics.set(Metric.UNCOMMITTED, uncommitted);
        metrics.set(
                Metric.UNCOMMITTED_OLDEST,
                readings(
                        asked,
                        DestinationView::name,
                        each -> Duration.between(each.oldest().orElse(now), now).toMillis() / 1000.0));
    }

    private void count(String sender, String result, ToDoubleFunction<SenderView> value) {
        metrics.count(
                Metric.COMMITMENTS,
                this,
                gauges -> gauges.commitments.senders().stream()
                        .filter(each -> each.name().equals(sender))
                        .mapToDouble(value)
                        .sum(),
                sender,
                result);
    }

    private static String word(String state) {
        return state.replace(' ', '_').toLowerCase(Locale.ROOT);
    }

    private void set(Metric metric, Map<String, HealthView> all, ToDoubleFunction<HealthView> value) {
        metrics.set(
                metric, readings(all.entrySet(), Map.Entry::getKey, entry -> value.applyAsDouble(entry.getValue())));
    }

    private static <T> List<Reading> readings(Collection<T> all, Function<T, String> label, ToDoubleFunction<T> value) {
        return all.stream()
                .map(each -> new Reading(value.applyAsDouble(each), label.apply(each)))
                .toList();
    }

    private void certificates() {
        metrics.set(
                Metric.CERTIFICATE,
                controls.certificates().stream()
                        .map(each -> new Reading(each.notAfter().getEpochSecond(), each.file()))
                        .toList());
    }

    private void rules() {
        RulesView rules = controls.rules();
        metrics.set(Metric.RULES_VERSION, rules.version());
        metrics.set(Metric.RULES_BROKEN, rules.broken().isPresent() ? 1 : 0);
        for (RouteView route : controls.routes()) {
            metrics.count(Metric.ROUTE_INSTANCES, controls, all -> matched(all, route.name()), route.name());
        }
    }

    private static double matched(Controls controls, String route) {
        return (double) controls.routes().stream()
                .filter(each -> each.name().equals(route))
                .mapToLong(RouteView::matched)
                .sum();
    }
}
