package org.dicomgateway.spool.engine;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.intake.Reception;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;

/** Tells the replica what became of instances, and passes instances between gateways. */
final class SpoolHandover implements Handover {

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final Reception reception;
    private final Copies copies;
    private final Gate gate;
    private final InstantSource clock;

    SpoolHandover(
            Ledger ledger,
            LedgerQueue ledgerQueue,
            Reception reception,
            Copies copies,
            Gate gate,
            InstantSource clock) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.reception = reception;
        this.copies = copies;
        this.gate = gate;
        this.clock = clock;
    }

    @Override
    public List<Long> unfinished(long afterId, int max) {
        return ask(() -> ledger.unfinished(afterId, max).stream()
                .map(stored -> stored.instance().id())
                .toList());
    }

    @Override
    public List<Progress> progress(Collection<Long> instances) {
        return ask(() -> {
            Set<Long> finished = ledger.finished(instances);
            List<Progress> progress = new ArrayList<>();
            for (long id : instances) {
                if (ledger.known(id).isPresent()) {
                    progress.add(new Progress(id, finished.contains(id), copies(id)));
                }
            }
            return progress;
        });
    }

    private List<CopyProgress> copies(long id) throws LedgerException {
        return ledger.deliveries(id).stream()
                .map(each -> new CopyProgress(
                        DeliveryId.place(each.id()),
                        each.route(),
                        each.destination(),
                        each.state(),
                        each.reason(),
                        each.lastCheck(),
                        each.commitment()))
                .toList();
    }

    @Override
    public long giveUp(List<Long> instances, String reason) {
        return ask(() -> {
            List<Long> deliveries = new ArrayList<>();
            for (long id : instances) {
                ledger.deliveries(id).forEach(delivery -> deliveries.add(delivery.id()));
            }
            Change.Discarded change = new Change.Discarded(deliveries, instances, reason, clock.instant(), true);
            return ledgerQueue.apply(change).join().rows();
        });
    }

    @Override
    public Optional<Instance> takeOver(Left left, InputStream part10) throws RefusedException, IOException {
        gate.pass();
        return reception.takeOver(left, part10);
    }

    @Override
    public void replaced(List<Replaced> copies) {
        Instant now = clock.instant();
        List<Change> changes = copies.stream()
                .flatMap(each -> this.copies.ofInstance(each.instance()).stream()
                        .filter(copy -> copy.destination().equals(each.destination())))
                .map(copy -> (Change) new Change.Checked(Copies.Checked.replacedElsewhere(copy.deliveryId(), now)))
                .toList();
        ask(() -> {
            ledgerQueue.submit(changes);
            return ledgerQueue.sync().join();
        });
    }

    /** The instances of which these changes may have made a difference to the replica. */
    static Set<Long> instancesOf(List<Change> changes, Ledger.Applied applied) {
        Set<Long> instances = new LinkedHashSet<>();
        for (Change change : changes) {
            if (change instanceof Change.Settled settled && !(settled.settlement() instanceof Settlement.Retry)) {
                instances.add(DeliveryId.instance(settled.deliveryId()));
            } else if (change instanceof Change.Checked checked) {
                instances.add(DeliveryId.instance(checked.result().deliveryId()));
            } else if (change instanceof Change.CommitmentNoted noted
                    && noted.note().said().isPresent()) {
                instances.add(DeliveryId.instance(noted.note().deliveryId()));
            } else if (change instanceof Change.SentAgain again) {
                instances.add(DeliveryId.instance(again.deliveryId()));
            } else if (change instanceof Change.Rerouted rerouted) {
                rerouted.deliveries().forEach(id -> instances.add(DeliveryId.instance(id)));
            } else if (change instanceof Change.Reconsidered reconsidered) {
                reconsidered.deliveries().forEach(id -> instances.add(DeliveryId.instance(id)));
            } else if (change instanceof Change.Received received && leavesAChoice(received)) {
                instances.add(received.stored().instance().id());
            } else if (change instanceof Change.Replanned replanned) {
                instances.add(replanned.instanceId());
            } else if (change instanceof Change.Discarded discarded) {
                discarded.deliveries().forEach(id -> instances.add(DeliveryId.instance(id)));
                instances.addAll(discarded.instances());
            }
        }
        applied.superseded().forEach(each -> instances.add(each.instance().id()));
        return instances;
    }

    /** Where there is one candidate, the replica knows the destination already. */
    private static boolean leavesAChoice(Change.Received received) {
        return received.plan().deliveries().stream()
                .anyMatch(planned -> planned.candidates().size() > 1);
    }

    /** A question to the ledger, or a command. */
    private interface Question<T> {
        T ask() throws LedgerException;
    }

    private static <T> T ask(Question<T> question) {
        try {
            return question.ask();
        } catch (LedgerException | CompletionException e) {
            throw new SearchException("the ledger failed: " + e.getMessage(), e);
        }
    }
}
