package org.dicomgateway.spool.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.dispatch.SegmentPins;
import org.dicomgateway.spool.intake.Reception;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.RecordMetadata;
import org.dicomgateway.spool.log.StoredInstance;

/** Tells the replica what became of instances, and passes instances between gateways. */
final class SpoolHandover implements Handover {

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final Reception reception;
    private final Copies copies;
    private final SegmentPins pins;
    private final InstanceReader reader;
    private final Gate gate;
    private final InstantSource clock;

    SpoolHandover(
            Ledger ledger,
            LedgerQueue ledgerQueue,
            Reception reception,
            Copies copies,
            SegmentPins pins,
            InstanceReader reader,
            Gate gate,
            InstantSource clock) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.reception = reception;
        this.copies = copies;
        this.pins = pins;
        this.reader = reader;
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
    public Optional<Held> held(long instance) {
        return ask(() -> {
            Optional<StoredInstance> stored = pins.look(() -> {
                Optional<StoredInstance> found = ledger.find(instance);
                found.ifPresent(pins::pin);
                return found;
            });
            if (stored.isEmpty()) {
                return Optional.empty();
            }
            boolean done = false;
            try {
                Optional<Held> held = Optional.of(held(stored.get()));
                done = true;
                return held;
            } finally {
                if (!done) {
                    pins.unpin(stored.get());
                }
            }
        });
    }

    private Held held(StoredInstance stored) throws LedgerException {
        long id = stored.instance().id();
        Plan plan = ledger.plan(id)
                .orElseThrow(() -> new LedgerException("instance " + id + " is not in the ledger any more", null));
        List<Replica.Note> notes = new ArrayList<>();
        for (int place = 0; place < plan.deliveries().size(); place++) {
            for (String destination : plan.deliveries().get(place).candidates()) {
                ledger.sentAs(DeliveryId.of(id, place), destination)
                        .filter(sentAs -> !sentAs.isForgotten())
                        .ifPresent(sentAs -> notes.add(new Replica.Note(id, destination, sentAs)));
            }
        }
        // Whoever takes it over calculates the digest anew.
        DatasetDigest digest = stored.digest().orElse(DatasetDigest.of(0));
        Replica.Entry entry = new Replica.Entry(
                stored.instance(),
                plan,
                new String(RecordMetadata.json(stored.instance(), plan, digest), StandardCharsets.UTF_8),
                stored.length(),
                stored.datasetOffset(),
                stored.crc32c(),
                to -> {
                    try (InputStream part10 = reader.part10(stored)) {
                        part10.transferTo(to);
                    }
                },
                OptionalLong.empty());
        return new Unreplicated(
                entry, new Progress(id, false, copies(id)), List.copyOf(notes), () -> pins.unpin(stored));
    }

    /** An instance whose segment is pinned. */
    private record Unreplicated(Replica.Entry entry, Progress progress, List<Replica.Note> notes, Runnable release)
            implements Held {
        @Override
        public void close() {
            release.run();
        }
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

    @Override
    public void noted(List<Replica.Note> notes) {
        ask(() -> {
            List<Change> changes = new ArrayList<>();
            for (Replica.Note note : notes) {
                for (Ledger.PlacedDelivery delivery : ledger.deliveries(note.instance())) {
                    boolean unknown = ledger.sentAs(delivery.id(), note.destination())
                            .filter(known -> !known.isForgotten())
                            .isEmpty();
                    if (unknown) {
                        changes.add(new Change.SentAsNoted(delivery.id(), note.destination(), note.sentAs()));
                    }
                }
            }
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
