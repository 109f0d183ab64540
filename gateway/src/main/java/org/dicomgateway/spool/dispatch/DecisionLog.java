package org.dicomgateway.spool.dispatch;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.journal.Fact;
import org.dicomgateway.spool.journal.FactJournal;
import org.dicomgateway.spool.journal.LedgerTrust;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.Ledger.PlacedDelivery;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;

/**
 * Makes durable what an operator decided, in the ledger and beside it, before the operator is told that it is done: also
 * a ledger that is built anew knows it then ({@link Decisions}).
 */
public final class DecisionLog {

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final LedgerTrust trust;
    private final FactJournal journal;

    public DecisionLog(Ledger ledger, LedgerQueue ledgerQueue, LedgerTrust trust, FactJournal journal) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.trust = trust;
        this.journal = journal;
    }

    /**
     * Those of these that are discarded now.
     *
     * @param unrouted instances that no route applied to
     * @throws IllegalStateException when it is not certain that this is found again
     */
    void discarded(List<Long> deliveries, List<Long> unrouted, String reason, Instant at) {
        List<Fact.Delivery> told = new ArrayList<>();
        unrouted.forEach(id -> told.add(Fact.Delivery.unrouted(id)));
        for (PlacedDelivery delivery : placed(deliveries)) {
            if (delivery.state() == DeliveryState.DISCARDED) {
                told.add(told(delivery.id(), delivery.destination()));
            }
        }
        decided(new Fact.Discarded(told, reason, at));
    }

    /**
     * Those of these that {@code to} has now.
     *
     * @param from who had them; empty for none
     * @throws IllegalStateException when it is not certain that this is found again
     */
    void rerouted(List<Long> deliveries, String from, String to, Instant at) {
        List<Fact.Delivery> told = new ArrayList<>();
        for (PlacedDelivery delivery : placed(deliveries)) {
            if (delivery.destination().equals(to)) {
                told.add(told(delivery.id(), from));
            }
        }
        decided(new Fact.Rerouted(told, to, at));
    }

    private static Fact.Delivery told(long delivery, String destination) {
        return new Fact.Delivery(DeliveryId.instance(delivery), DeliveryId.place(delivery), destination);
    }

    private List<PlacedDelivery> placed(List<Long> deliveries) {
        List<PlacedDelivery> placed = new ArrayList<>();
        try {
            for (long id : deliveries) {
                for (PlacedDelivery delivery : ledger.deliveries(DeliveryId.instance(id))) {
                    if (delivery.id() == id) {
                        placed.add(delivery);
                    }
                }
            }
        } catch (LedgerException e) {
            throw uncertain(e);
        }
        return placed;
    }

    private void decided(Fact fact) {
        try {
            journal.add(List.of(fact));
            // One that is to be built anew is told then.
            if (trust.lostBecause().isEmpty()) {
                ledgerQueue.sync().join();
                // So is one that is rolled back behind this.
                trust.confirm();
            }
        } catch (IOException | LedgerException | CompletionException e) {
            throw uncertain(e);
        }
    }

    private static IllegalStateException uncertain(Exception e) {
        return new IllegalStateException(
                "it is done, but may be forgotten when the gateway ends now; wait, and look whether it is done: " + e,
                e);
    }
}
