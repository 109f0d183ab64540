package org.dicomgateway.spool.dispatch;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plans instances that are held because no rule applied, with new rules. Reads their headers again. */
public final class Replanning {

    private static final Logger LOG = LoggerFactory.getLogger(Replanning.class);
    private static final int AT_ONCE = 100;

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final SegmentPins pins;
    private final InstanceReader reader;

    public Replanning(Ledger ledger, LedgerQueue ledgerQueue, SegmentPins pins, InstanceReader reader) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.pins = pins;
        this.reader = reader;
    }

    /** See {@link SpoolView#replan}. */
    public long replan(Planner planner) throws LedgerException {
        long replanned = 0;
        for (List<StoredInstance> held = pinned(0);
                !held.isEmpty();
                held = pinned(held.get(held.size() - 1).instance().id())) {
            List<Change> changes = new ArrayList<>();
            try {
                for (StoredInstance stored : held) {
                    plan(stored, planner, reader).ifPresent(changes::add);
                }
            } finally {
                held.forEach(pins::unpin);
            }
            if (!changes.isEmpty()) {
                replanned +=
                        ledgerQueue.apply(changes.toArray(Change[]::new)).join().rows();
            }
        }
        return replanned;
    }

    private List<StoredInstance> pinned(long afterId) throws LedgerException {
        return pins.look(() -> {
            List<StoredInstance> held = ledger.held(afterId, AT_ONCE);
            held.forEach(pins::pin);
            return held;
        });
    }

    /**
     * Plans an instance that no route applied to, by these rules. The caller must keep the instance where it is
     * meanwhile.
     */
    public static Optional<Change> plan(StoredInstance stored, Planner planner, InstanceReader reader) {
        Instance instance = stored.instance();
        try (InputStream dataset = reader.dataset(stored)) {
            Plan plan = planner.plan(HeaderReader.read(dataset, instance.transferSyntax()), instance.origin());
            return plan.deliveries().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Change.Replanned(instance.id(), plan));
        } catch (IOException e) {
            LOG.error("held instance {} cannot be planned again; it stays held", instance.id(), e);
            return Optional.empty();
        }
    }
}
