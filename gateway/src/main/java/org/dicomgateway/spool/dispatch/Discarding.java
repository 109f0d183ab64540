package org.dicomgateway.spool.dispatch;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;
import org.dicomgateway.spool.SpoolSearch.Page;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Selection;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.search.Catalogue;

/**
 * Gives up parked and held deliveries permanently, page by page, and writes each one to the forward log. Leaves claimed
 * deliveries alone.
 */
public final class Discarding {

    private static final int PAGE = 200;
    private static final List<DeliveryState> STUCK = List.of(DeliveryState.PARKED, DeliveryState.HELD);

    private final Catalogue catalogue;
    private final LedgerQueue ledgerQueue;
    private final Claims claims;
    private final DecisionLog decisions;
    private final ForwardLog forwardLog;
    private final InstantSource clock;

    public Discarding(
            Catalogue catalogue,
            LedgerQueue ledgerQueue,
            Claims claims,
            DecisionLog decisions,
            ForwardLog forwardLog,
            InstantSource clock) {
        this.catalogue = catalogue;
        this.ledgerQueue = ledgerQueue;
        this.claims = claims;
        this.decisions = decisions;
        this.forwardLog = forwardLog;
        this.clock = clock;
    }

    /** See {@link SpoolView#discard}. */
    public long discard(Selection selection, String reason) {
        if (selection.deliveryId() != 0) {
            long id = selection.deliveryId();
            List<FoundInstance> found =
                    catalogue.instance(DeliveryId.instance(id)).filter(instance -> isOf(selection, instance)).stream()
                            .toList();
            return discard(found, selection, reason);
        }
        long count = 0;
        for (DeliveryState state : STUCK) {
            Search search = new Search(
                    selection.studyInstanceUid(),
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    selection.destination(),
                    Optional.of(state),
                    Optional.empty(),
                    Optional.empty());
            Optional<String> next = Optional.empty();
            do {
                Page<FoundInstance> page = catalogue.instances(search, next, PAGE);
                count += discard(page.items(), selection, reason);
                next = page.next();
            } while (next.isPresent());
        }
        return count;
    }

    private static boolean isOf(Selection selection, FoundInstance found) {
        return selection.studyInstanceUid().isEmpty()
                || selection.studyInstanceUid().equals(found.instance().studyInstanceUid());
    }

    private static boolean isOf(Selection selection, FoundDelivery delivery) {
        return (selection.deliveryId() == 0 || selection.deliveryId() == delivery.id())
                && (selection.destination().isEmpty()
                        || delivery.destination()
                                .filter(selection.destination()::equals)
                                .isPresent());
    }

    private long discard(List<FoundInstance> instances, Selection selection, String reason) {
        Map<String, List<Long>> stuck = new HashMap<>();
        List<Long> unrouted = new ArrayList<>();
        for (FoundInstance found : instances) {
            for (FoundDelivery delivery : found.deliveries()) {
                if (isOf(selection, delivery) && STUCK.contains(delivery.state())) {
                    stuck.computeIfAbsent(delivery.destination().orElse(""), key -> new ArrayList<>())
                            .add(delivery.id());
                }
            }
            if (found.deliveries().isEmpty() && selection.destination().isEmpty()) {
                unrouted.add(found.instance().id());
            }
        }
        long count = unrouted.isEmpty() ? 0 : apply(new Change.Discarded(List.of(), unrouted, reason, clock.instant()));
        List<Long> given = new ArrayList<>();
        for (Map.Entry<String, List<Long>> at : stuck.entrySet()) {
            List<Long> free = claims.withhold(at.getKey(), at.getValue());
            try {
                count += apply(new Change.Discarded(free, List.of(), reason, clock.instant()));
                given.addAll(free);
            } finally {
                claims.release(at.getKey(), free);
            }
        }
        if (count > 0) {
            decisions.discarded(given, unrouted, reason, clock.instant());
        }
        instances.forEach(before -> tell(before, reason));
        return count;
    }

    private long apply(Change change) {
        try {
            return ledgerQueue.apply(change).join().rows();
        } catch (CompletionException e) {
            throw new IllegalStateException("the ledger refused to discard deliveries", e.getCause());
        }
    }

    /** Writes a line for each delivery that is discarded now and was not before. */
    private void tell(FoundInstance before, String reason) {
        Instance instance = before.instance();
        ForwardLog.Subject subject = instance.subject();
        Map<Long, DeliveryState> states = new HashMap<>();
        before.deliveries().forEach(delivery -> states.put(delivery.id(), delivery.state()));
        catalogue.instance(instance.id()).ifPresent(now -> {
            for (FoundDelivery delivery : now.deliveries()) {
                if (delivery.state() == DeliveryState.DISCARDED
                        && states.get(delivery.id()) != DeliveryState.DISCARDED) {
                    forwardLog.discarded(
                            subject, delivery.route(), delivery.destination().orElse("-"), reason);
                }
            }
            if (now.deliveries().isEmpty()) {
                forwardLog.discarded(subject, "-", "-", reason);
            }
        });
    }
}
