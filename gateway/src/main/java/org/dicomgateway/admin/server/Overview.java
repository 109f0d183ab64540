package org.dicomgateway.admin.server;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.RejectedView;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.observe.Traffic;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Books;

/** Puts together the status of the gateway as a whole. Safe for any number of threads. */
final class Overview {

    private final Controls controls;
    private final SpoolView spool;
    private final Traffic traffic;

    Overview(Controls controls, SpoolView spool, Traffic traffic) {
        this.controls = controls;
        this.spool = spool;
        this.traffic = traffic;
    }

    /** The status of the gateway. */
    StatusView status(Instant now) {
        ProcessView process = controls.process();
        SpoolView.Vitals vitals = spool.vitals();
        return new StatusView(
                process.version(),
                process.started(),
                process,
                controls.receiver(),
                controls.rules(),
                StatusView.Totals.of(spool.books().values()),
                spool.unrouted(),
                spool.unassigned(),
                controls.certificates(),
                StatusView.Disk.of(vitals),
                StatusView.Damage.of(vitals),
                controls.events().receivers(),
                controls.cluster(),
                StatusView.Rates.of(traffic.rates(now)),
                traffic.senders(now).stream().map(StatusView.Sender::of).toList(),
                controls.rejectedSenders().latest().stream()
                        .map(RejectedView::of)
                        .toList());
    }

    /** How far a drain got. It looks at what arrives before it counts what waits: nothing slips through between. */
    Answers.Drain drain(Instant now) {
        ReceiverView receiver = controls.receiver();
        boolean draining = receiver.state().equals(ReceiverView.DRAINING);
        boolean quiet = draining && receiver.receiving() == 0 && controls.booksAreComplete();
        long unassigned = spool.unassigned();
        List<DestinationView> left = destinations(now).stream()
                .filter(each -> each.waiting().instances() + each.parked() + each.held() > 0)
                .toList();
        boolean pending =
                unassigned > 0 || left.stream().anyMatch(each -> each.waiting().instances() > 0);
        return new Answers.Drain(draining, quiet && !pending, receiver.receiving(), left, unassigned, spool.unrouted());
    }

    /** The destinations of the rules, and those that still have deliveries but are no longer in the rules. */
    List<DestinationView> destinations(Instant now) {
        Map<String, HealthView> health = controls.destinations();
        Map<String, Books> books = spool.books();
        Map<String, Instant> oldest = spool.oldestWaiting();
        Map<String, Map<CopyState, Long>> copies = spool.copyCounts();
        Map<String, Double> rates = traffic.rates(now).delivered();
        TreeSet<String> names = new TreeSet<>(books.keySet());
        names.addAll(health.keySet());
        return names.stream()
                .map(name -> DestinationView.of(
                        name,
                        Optional.ofNullable(health.get(name)),
                        Optional.ofNullable(books.get(name)),
                        Optional.ofNullable(oldest.get(name)),
                        rates.getOrDefault(name, 0.0),
                        traffic.lastFailure(name),
                        copies.getOrDefault(name, Map.of())))
                .toList();
    }
}
