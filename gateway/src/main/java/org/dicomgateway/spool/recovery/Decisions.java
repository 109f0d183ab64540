package org.dicomgateway.spool.recovery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.dispatch.Replanning;
import org.dicomgateway.spool.journal.Fact;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.Ledger.PlacedDelivery;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.log.InstanceReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a rebuilt ledger what the journal knows: what operators decided, and what destinations were sent. */
final class Decisions {

    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    private final Ledger ledger;
    private final Set<Long> fromLog;
    private final InstanceReader reader;
    private final Planner planner;

    /**
     * For a ledger that knows everything else.
     *
     * @param fromLog instances whose plan comes from the log and was not made again
     * @param planner plans instances to which no route applied at receipt, but one did later
     */
    Decisions(Ledger ledger, Set<Long> fromLog, InstanceReader reader, Planner planner) {
        this.ledger = ledger;
        this.fromLog = fromLog;
        this.reader = reader;
        this.planner = planner;
    }

    /** Applies the decisions in their original order. */
    void apply(List<Fact> facts, Instant now) throws LedgerException {
        long again = 0;
        for (Fact fact : facts) {
            if (fact instanceof Fact.Discarded discarded) {
                again += discard(discarded);
            } else if (fact instanceof Fact.Rerouted rerouted) {
                again += reroute(rerouted);
            } else if (fact instanceof Fact.Sent sent) {
                apply(new Change.Sent(sent.versions(), now));
            } else if (fact instanceof Fact.SentBy by) {
                apply(new Change.SentAsForgotten(by.destination(), by.version(), by.others()));
            }
        }
        if (again > 0) {
            LOG.warn("{} deliveries were discarded or rerouted again in the new ledger, as decided before", again);
        }
    }

    private long discard(Fact.Discarded fact) throws LedgerException {
        List<Long> deliveries = new ArrayList<>();
        List<Long> instances = new ArrayList<>();
        for (Fact.Delivery decided : fact.deliveries()) {
            if (decided.place() < 0) {
                instances.add(decided.instance());
            }
            deliveriesOf(decided).forEach(delivery -> deliveries.add(delivery.id()));
        }
        return apply(new Change.Discarded(deliveries, instances, fact.reason(), fact.at(), true));
    }

    private long reroute(Fact.Rerouted fact) throws LedgerException {
        Map<String, List<Long>> from = new LinkedHashMap<>();
        for (Fact.Delivery decided : fact.deliveries()) {
            for (PlacedDelivery delivery : deliveriesOf(decided)) {
                from.computeIfAbsent(delivery.destination(), name -> new ArrayList<>())
                        .add(delivery.id());
            }
        }
        long moved = 0;
        for (Map.Entry<String, List<Long>> at : from.entrySet()) {
            moved += apply(new Change.Rerouted(at.getKey(), fact.to(), at.getValue(), fact.at()));
        }
        return moved;
    }

    private long apply(Change change) throws LedgerException {
        return ledger.apply(List.of(change)).rows();
    }

    /**
     * Finds the deliveries that a decision is about. If the plan comes from the log, it is the same delivery. A plan
     * that was made again may have other routes: then it is the delivery to the same destination. For an instance that
     * no route applied to, it is all its deliveries.
     */
    private List<PlacedDelivery> deliveriesOf(Fact.Delivery decided) throws LedgerException {
        long id = decided.instance();
        List<PlacedDelivery> all = ledger.deliveries(id);
        if (decided.place() < 0) {
            return all;
        }
        boolean same = fromLog.contains(id) && !all.isEmpty();
        if (all.isEmpty()) {
            all = plannedLater(id);
        }
        return all.stream()
                .filter(delivery -> same
                        ? DeliveryId.place(delivery.id()) == decided.place()
                        : !decided.destination().isEmpty()
                                && delivery.destination().equals(decided.destination()))
                .toList();
    }

    private List<PlacedDelivery> plannedLater(long id) throws LedgerException {
        Optional<Change> plan = ledger.find(id).flatMap(stored -> Replanning.plan(stored, planner, reader));
        if (plan.isPresent()) {
            ledger.apply(List.of(plan.get()));
            fromLog.remove(id);
        }
        return ledger.deliveries(id);
    }
}
