package org.dicomgateway.spool.upkeep;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.dicomgateway.config.settings.SpoolSettings.Keep;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.dispatch.SegmentPins;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.KeptBytes;
import org.dicomgateway.spool.log.KeptBytes.Kept;
import org.dicomgateway.spool.log.KeptBytes.Kind;
import org.dicomgateway.spool.log.SegmentLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits what is kept after the last delivery. The oldest goes first: when it is too old, when everything together is
 * too large, and when the disk is needed. What is to be sent again stays, whatever the limits say.
 */
public final class Keeping {

    private static final Logger LOG = LoggerFactory.getLogger(Keeping.class);

    /** Segments that must fit on the disk beside what is kept: a burst fills them before the next look. */
    private static final int ROOM = 8;

    private final KeptBytes kept;
    private final Keep limits;
    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final SegmentLog log;
    private final SegmentPins pins;
    private final SpaceWatch space;
    private final InstantSource clock;

    public Keeping(
            KeptBytes kept,
            Keep limits,
            Ledger ledger,
            LedgerQueue ledgerQueue,
            SegmentLog log,
            SegmentPins pins,
            SpaceWatch space,
            InstantSource clock) {
        this.kept = kept;
        this.limits = limits;
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.log = log;
        this.pins = pins;
        this.space = space;
        this.clock = clock;
    }

    /** Whether something that is no longer needed for delivery is kept now. */
    boolean isOn() {
        return limits.isAnything() && hasRoom();
    }

    private boolean hasRoom() {
        return space.allows(ROOM * log.segmentSize());
    }

    Instant now() {
        return clock.instant();
    }

    KeptBytes bytes() {
        return kept;
    }

    /**
     * Gives up what is too old, or too much.
     *
     * @param spares how many spare segments are wanted; segments that were kept become spare ones
     */
    void limit(int spares) throws LedgerException {
        try {
            kept.deleteReplaced();
        } catch (IOException e) {
            LOG.warn("a file that is no longer kept cannot be deleted: {}", e.toString());
        }
        long total = kept.bytes();
        Instant oldest = clock.instant().minus(limits.time());
        for (Kept file : kept.oldestFirst()) {
            boolean over =
                    file.since().isBefore(oldest) || total > limits.size().bytes() || !hasRoom();
            if (!over) {
                return;
            }
            if (giveUp(file, spares)) {
                total -= file.bytes();
                space.look();
            }
        }
    }

    /** Gives up a file, unless something in it is to be sent again. Nobody can ask for that meanwhile. */
    private boolean giveUp(Kept file, int spares) throws LedgerException {
        return pins.alone(() -> {
            if (isNeeded(file)) {
                return false;
            }
            try {
                if (file.kind() == Kind.SEGMENT && log.spareCount() < spares && hasRoom()) {
                    log.reuse(file, kept);
                } else {
                    kept.delete(file);
                }
            } catch (IOException e) {
                LOG.warn("{} cannot be given up ({}); the next start tries again", file.path(), e.toString());
            }
            if (file.kind() == Kind.INSTANCE) {
                ledgerQueue.submit(List.of(new Change.FileDeleted(file.number())));
            }
            return true;
        });
    }

    private boolean isNeeded(Kept file) throws LedgerException {
        if (file.kind() == Kind.INSTANCE) {
            return ledger.unfinished(file.number() - 1, 1).stream()
                    .anyMatch(stored -> stored.instance().id() == file.number());
        }
        return ledger.unfinishedBytesBySegment().containsKey(file.number()) || !pins.isFree(file.number());
    }
}
