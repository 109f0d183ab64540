package org.dicomgateway.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of the spool: makes ledger, log and files agree. With an intact ledger that is the tail of the log, whatever
 * the backlog. A ledger that is lost or damaged is built anew from everything that is there; a marker file, durable
 * before the first step and removed after the last, has an interrupted rebuild begun again.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("'.corrupt-'yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Of a delivery that is to be tried again, from a start on. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final Disk disk;
    private final Folders folders;
    private final OwnFiles files;
    private final LedgerSource ledgers;
    private final Planner planner;
    private final Chooser chooser;
    private final InstantSource clock;

    Recovery(
            Disk disk,
            Folders folders,
            OwnFiles files,
            LedgerSource ledgers,
            Planner planner,
            Chooser chooser,
            InstantSource clock) {
        this.disk = disk;
        this.folders = folders;
        this.files = files;
        this.ledgers = ledgers;
        this.planner = planner;
        this.chooser = chooser;
        this.clock = clock;
    }

    /** A ledger that knows everything, the log it knows, and the first id that was never given. */
    record Recovered(Ledger ledger, SegmentLog.FoundLog log, long nextId) {}

    /** Does it. The ledger is open afterwards, unless this throws. */
    Recovered run() throws IOException, LedgerException {
        int parts = files.removeParts();
        if (parts > 0) {
            LOG.info("{} files were removed that were being written when the spool was last closed", parts);
        }
        boolean rebuilding = !ledgers.exists() || isMarked();
        if (rebuilding) {
            mark();
        }
        try {
            return recover(rebuilding);
        } catch (LedgerCorruptException e) {
            String suffix = SUFFIX.format(clock.instant());
            LOG.error("{}; it is set aside as *{} and built anew from log and files", e.getMessage(), suffix, e);
            mark();
            ledgers.setAside(suffix);
            return recover(true);
        }
    }

    private Recovered recover(boolean rebuilding) throws IOException, LedgerException {
        Ledger ledger = ledgers.open(chooser);
        boolean done = false;
        try {
            Recovered recovered = recover(ledger, rebuilding);
            done = true;
            return recovered;
        } finally {
            if (!done) {
                ledger.close();
            }
        }
    }

    private Recovered recover(Ledger ledger, boolean rebuilding) throws IOException, LedgerException {
        LogFolder log = LogFolder.look(disk, folders);
        for (Path worthless : log.worthless()) {
            disk.delete(worthless);
        }
        Map<Long, Path> own = files.all();
        long highestFile = own.keySet().stream().mapToLong(id -> id).max().orElse(0);
        Replay replay = new Replay(disk, folders, log, ledger, own.keySet(), rebuilding);
        replay.run();
        Adoption adoption = new Adoption(disk, files, ledger);
        if (rebuilding) {
            Map<Long, Path> orphans = new HashMap<>(own);
            orphans.keySet().removeAll(replay.known());
            adoption.adopt(orphans, planner, clock);
        } else {
            adoption.removeUnknown(own.keySet());
        }
        // The process before may have had a clock in the future.
        Instant now = clock.instant();
        ledger.apply(List.of(new Change.Hastened(now.plus(LONGEST_WAIT)), new Change.Restarted(now)));
        checkBooks(ledger);
        ledger.sync();
        unmark();
        long lastId = Math.max(Math.max(ledger.lastInstanceId(), highestFile), log.idsBelow() - 1);
        SegmentLog.FoundLog found = new SegmentLog.FoundLog(
                Math.max(log.highestNumber(), ledger.appliedPosition().segment()),
                replay.end(),
                replay.sealed(clock.instant()),
                log.spares());
        return new Recovered(ledger, found, lastId + 1);
    }

    private static void checkBooks(Ledger ledger) throws LedgerException {
        Map<String, SpoolView.Books> kept = ledger.books();
        Map<String, SpoolView.Books> counted = ledger.recount();
        if (!kept.equals(counted)) {
            LOG.error(
                    "THE BOOKS DO NOT BALANCE: the ledger says {}, its rows say {}; nothing is lost from the log, but "
                            + "report this, with a copy of the ledger",
                    kept,
                    counted);
        }
    }

    private boolean isMarked() throws IOException {
        return disk.list(folders.root())
                .contains(folders.rebuilding().getFileName().toString());
    }

    private void mark() throws IOException {
        if (!isMarked()) {
            disk.create(folders.rebuilding()).close();
        }
        disk.syncDirectory(folders.root());
    }

    private void unmark() throws IOException {
        if (disk.delete(folders.rebuilding())) {
            disk.syncDirectory(folders.root());
        }
    }
}
