package org.dicomgateway.spool;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.dicomgateway.spool.Ledger.PlacedDelivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a ledger that was built anew what operators had decided before. */
final class Decisions {

    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    private final Ledger ledger;

    Decisions(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Applies them in the order in which they were made. */
    void apply(List<Fact> facts, Instant now) throws LedgerException {
        long again = 0;
        for (Fact fact : facts) {
            if (fact instanceof Fact.Discarded discarded) {
                again += discard(discarded);
            } else if (fact instanceof Fact.Rerouted rerouted) {
                again += reroute(rerouted);
            } else if (fact instanceof Fact.Sent sent) {
                apply(new Change.Sent(sent.versions(), now));
            }
        }
        if (again > 0) {
            LOG.warn("{} deliveries were discarded or rerouted again, as operators had decided before", again);
        }
    }

    private long discard(Fact.Discarded fact) throws LedgerException {
        List<Long> deliveries = new ArrayList<>();
        List<Long> instances = new ArrayList<>();
        for (Fact.Delivery decided : fact.deliveries()) {
            if (decided.route().isEmpty()) {
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
     * Where the plan is the one of the log, the same delivery. A file that was planned again may have other routes: there
     * it is what goes where that one went. Of an instance that no route applied to, all that it has now.
     */
    private List<PlacedDelivery> deliveriesOf(Fact.Delivery decided) throws LedgerException {
        List<PlacedDelivery> all = ledger.deliveries(decided.instance());
        if (decided.route().isEmpty()) {
            return all;
        }
        List<PlacedDelivery> same = all.stream()
                .filter(delivery -> delivery.route().equals(decided.route()) && delivery.copy() == decided.copy())
                .toList();
        return !same.isEmpty()
                ? same
                : all.stream()
                        .filter(delivery -> !decided.destination().isEmpty()
                                && Objects.equals(delivery.destination(), decided.destination()))
                        .toList();
    }

    /** These deliveries, told so that they are found again. */
    static Fact.Delivery told(PlacedDelivery delivery) {
        return new Fact.Delivery(
                LedgerRows.instanceId(delivery.id()), delivery.route(), delivery.copy(), delivery.destination());
    }
}
