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
 * Makes an operator's decision durable, in the ledger and in the journal, before the operator gets the answer. So a
 * rebuilt ledger knows the decision too ({@link Decisions}).
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
     * Notes those deliveries that are now discarded.
     *
     * @param unrouted instances that no route applied to
     * @throws IllegalStateException when it is uncertain whether the decision is durable
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
     * Notes those deliveries that {@code to} has now.
     *
     * @param from the previous destination; empty for none
     * @throws IllegalStateException when it is uncertain whether the decision is durable
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
            // A damaged ledger needs no sync: the next start rebuilds it and then applies the journal.
            if (trust.lostBecause().isEmpty()) {
                ledgerQueue.sync().join();
                // Then the next start also notices a ledger that was rolled back behind this point.
                trust.confirm();
            }
        } catch (IOException | LedgerException | CompletionException e) {
            throw uncertain(e);
        }
    }

    private static IllegalStateException uncertain(Exception e) {
        return new IllegalStateException(
                "it is done, but may be forgotten if the gateway stops now; wait, then check the result: " + e, e);
    }
}
