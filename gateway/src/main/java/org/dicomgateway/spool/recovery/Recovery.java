package org.dicomgateway.spool.recovery;

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
import java.util.Optional;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.journal.Fact;
import org.dicomgateway.spool.journal.FactJournal;
import org.dicomgateway.spool.journal.JournalUpkeep;
import org.dicomgateway.spool.journal.LedgerTrust;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerCorruptException;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerSource;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.LogFolder;
import org.dicomgateway.spool.log.SegmentLog;
import org.dicomgateway.spool.log.SetAside;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of the spool: makes ledger, log and files agree. An intact ledger needs only the tail of the log, whatever
 * the backlog.
 *
 * <p>A ledger is rebuilt if it is lost, damaged, or older than what was done on its word. The rebuild uses everything
 * that exists and what the journal knows. The first sync of a new ledger is the last step of its rebuild. A ledger that
 * was never synced is therefore the rest of a rebuild that was interrupted. It is removed, and the rebuild begins
 * again. What cannot be read is left out, kept, and reported.
 */
public final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    public static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("'.corrupt-'yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** After a start, no pending delivery waits longer than this. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** The upper limit of instance ids in one segment. */
    private static final long IDS_IN_A_SEGMENT = 1L << 24;

    private final Disk disk;
    private final Folders folders;
    private final InstanceFiles files;
    private final SetAside aside;
    private final FactJournal journal;
    private final LedgerSource ledgers;
    private final Planner planner;
    private final Chooser chooser;
    private final InstantSource clock;

    public Recovery(
            Disk disk,
            Folders folders,
            InstanceFiles files,
            SetAside aside,
            FactJournal journal,
            LedgerSource ledgers,
            Planner planner,
            Chooser chooser,
            InstantSource clock) {
        this.disk = disk;
        this.folders = folders;
        this.files = files;
        this.aside = aside;
        this.journal = journal;
        this.ledgers = ledgers;
        this.planner = planner;
        this.chooser = chooser;
        this.clock = clock;
    }

    /**
     * The result: a complete ledger, its log, and the next free id.
     *
     * @param unread segments that are kept because some of their bytes cannot be read
     */
    public record Recovered(Ledger ledger, SegmentLog.FoundLog log, long nextId, int unread) {}

    /** Runs the recovery. The ledger is open afterwards, unless this throws. */
    public Recovered run() throws IOException, LedgerException {
        int parts = files.removeParts();
        if (parts > 0) {
            LOG.info("{} incomplete files were removed: the spool was closed while they were being written", parts);
        }
        try {
            Optional<Recovered> recovered = recover(!ledgers.exists());
            if (recovered.isPresent()) {
                return recovered.get();
            }
            LOG.warn("the spool was closed while the ledger was being built anew; this begins again");
            ledgers.remove();
        } catch (LedgerCorruptException e) {
            String suffix = SUFFIX.format(clock.instant());
            LOG.error("{}; it is set aside as *{} and built anew from log and files", e.getMessage(), suffix, e);
            ledgers.setAside(suffix);
        }
        return recover(true).orElseThrow();
    }

    /** Empty when the ledger is not complete. */
    private Optional<Recovered> recover(boolean rebuilding) throws IOException, LedgerException {
        Ledger ledger = ledgers.open(chooser);
        Optional<Recovered> recovered = Optional.empty();
        try {
            if (rebuilding) {
                recovered = Optional.of(recover(ledger, true));
            } else if (ledger.syncs() > 0) {
                checkAge(ledger);
                recovered = Optional.of(recover(ledger, false));
            }
            return recovered;
        } finally {
            if (recovered.isEmpty()) {
                ledger.close();
            }
        }
    }

    /** An older ledger does not know what was recycled on the word of a newer one. */
    private void checkAge(Ledger ledger) throws LedgerException {
        long syncs = ledger.syncs();
        if (syncs < journal.floor()) {
            throw new LedgerCorruptException(
                    "the ledger is not the one that the log was last used with: it counts " + syncs
                            + " syncs, but the spool's journal requires " + journal.floor()
                            + ". It was rolled back or replaced, or can no longer be trusted",
                    null);
        }
    }

    private Recovered recover(Ledger ledger, boolean rebuilding) throws IOException, LedgerException {
        LogFolder log = LogFolder.look(disk, folders);
        Map<Long, Path> own = files.all();
        List<Fact> facts = journal.facts();
        Replay replay = new Replay(disk, folders, log, ledger, journal, own.keySet(), rebuilding);
        replay.run(unread(facts));
        InstanceReader reader = new InstanceReader(disk, folders, files);
        OrphanFiles orphanFiles = new OrphanFiles(disk, aside, reader, ledger);
        List<Long> finished = List.of();
        if (rebuilding) {
            Map<Long, Path> orphans = new HashMap<>(own);
            orphans.keySet().removeAll(replay.known());
            orphanFiles.adopt(orphans, planner, clock);
            new Decisions(ledger, replay.known(), reader, planner).apply(facts, clock.instant());
        } else {
            finished = orphanFiles.reconcile(own);
        }
        // The clock of the previous process may have been ahead.
        Instant now = clock.instant();
        ledger.apply(List.of(new Change.Hastened(now.plus(LONGEST_WAIT)), new Change.Restarted(now)));
        checkBooks(ledger, rebuilding);
        long generation = rebuilding ? LedgerTrust.generationAfter(journal.floor()) : 0;
        if (rebuilding) {
            // The sync makes the new ledger complete. A disk that fails before it makes the start fail: what the disk
            // did not give may be in no ledger.
            journal.raise(generation);
        }
        long syncs = ledger.sync(generation);
        // No segment is reused before this is durable.
        journal.unread(replay.unread());
        if (isNoted(syncs)) {
            delete(log.worthless(), finished);
            compact(log);
        }
        long lastId = Math.max(Math.max(ledger.lastInstanceId(), highest(own)), log.idsBelow() - 1);
        // Unreadable parts may contain ids that were already given.
        long unknown = unread(facts).containsAll(replay.unread()) ? 0 : unreadSegments(replay) * IDS_IN_A_SEGMENT;
        SegmentLog.FoundLog found = new SegmentLog.FoundLog(
                Math.max(log.highestNumber(), ledger.appliedPosition().segment()),
                replay.end(),
                replay.sealed(clock.instant()),
                log.spares());
        return new Recovered(ledger, found, lastId + unknown + 1, unreadSegments(replay));
    }

    private static List<Fact.Unread> unread(List<Fact> facts) {
        return facts.stream()
                .filter(fact -> fact instanceof Fact.Unread)
                .map(fact -> (Fact.Unread) fact)
                .toList();
    }

    private static int unreadSegments(Replay replay) {
        return (int) replay.unread().stream()
                .mapToLong(Fact.Unread::segment)
                .distinct()
                .count();
    }

    private long highest(Map<Long, Path> own) throws IOException {
        return Math.max(own.keySet().stream().mapToLong(id -> id).max().orElse(0), aside.highest());
    }

    /** Notes the count of syncs. Without this note everything works, but nothing may be recycled. */
    private boolean isNoted(long syncs) {
        try {
            journal.raise(syncs);
            return true;
        } catch (IOException e) {
            LOG.error("the spool's journal cannot be written to; nothing is recycled until it can", e);
            return false;
        }
    }

    private void delete(List<Path> worthless, List<Long> finished) {
        int deleted = 0;
        try {
            for (Path file : worthless) {
                disk.delete(file);
            }
            for (long id : finished) {
                files.delete(id);
                deleted++;
            }
        } catch (IOException e) {
            LOG.warn("files that are no longer needed cannot be removed; the next start tries again", e);
        }
        if (deleted > 0) {
            LOG.info("{} files of finished instances were removed", deleted);
        }
    }

    private void compact(LogFolder log) {
        try {
            new JournalUpkeep(disk, folders, files, journal).compact(log);
        } catch (IOException e) {
            LOG.warn("the spool's journal cannot be compacted; the gateway tries again later", e);
        }
    }

    /** A ledger that contradicts itself is damaged, though each of its pages can be read. */
    private static void checkBooks(Ledger ledger, boolean rebuilding) throws LedgerException {
        Map<String, SpoolView.Books> kept = ledger.books();
        Map<String, SpoolView.Books> counted = ledger.recount();
        if (!kept.equals(counted)) {
            if (!rebuilding) {
                throw new LedgerCorruptException(
                        "the ledger contradicts itself: its books say " + kept + ", its rows say " + counted, null);
            }
            LOG.error(
                    "THE BOOKS DO NOT BALANCE: the ledger says {}, its rows say {}; nothing is lost from the log, but "
                            + "report this, with a copy of the ledger",
                    kept,
                    counted);
        }
    }
}
