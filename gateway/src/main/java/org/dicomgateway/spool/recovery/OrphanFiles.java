package org.dicomgateway.spool.recovery;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.spool.DatasetStream;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.log.FileDescription;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.SetAside;
import org.dicomgateway.spool.log.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the spool's own files and the ledger together: into a rebuilt ledger, files that no record of the log tells of
 * are taken in and planned again; beside an intact one, files that it does not know are set aside.
 */
final class OrphanFiles {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanFiles.class);
    private static final int BATCH = 500;

    private final Disk disk;
    private final SetAside aside;
    private final InstanceReader reader;
    private final Ledger ledger;

    OrphanFiles(Disk disk, SetAside aside, InstanceReader reader, Ledger ledger) {
        this.disk = disk;
        this.aside = aside;
        this.reader = reader;
        this.ledger = ledger;
    }

    /** Takes these files in. One that cannot be read, or is no part-10 file, is set aside. */
    void adopt(Map<Long, Path> orphans, Planner planner, InstantSource clock) throws IOException, LedgerException {
        List<Change> batch = new ArrayList<>();
        int adopted = 0;
        for (Map.Entry<Long, Path> orphan : new TreeMap<>(orphans).entrySet()) {
            try {
                batch.add(readTwice(orphan.getKey(), orphan.getValue(), planner, clock.instant()));
                adopted++;
            } catch (IOException e) {
                setAside(orphan.getKey(), orphan.getValue(), "it cannot be read as an instance: " + e.getMessage());
            }
            if (batch.size() == BATCH) {
                ledger.apply(batch);
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            ledger.apply(batch);
        }
        if (adopted > 0) {
            LOG.warn("{} files of the spool were planned again for the new ledger", adopted);
        }
    }

    /** What fails by chance must not make an operator's work. */
    private Change.Received readTwice(long id, Path path, Planner planner, Instant now) throws IOException {
        try {
            return received(id, path, planner, now);
        } catch (IOException e) {
            LOG.debug("{} could not be read, trying once more", path, e);
            return received(id, path, planner, now);
        }
    }

    private Change.Received received(long id, Path path, Planner planner, Instant now) throws IOException {
        try (DiskFile file = disk.read(path)) {
            FileDescription description = FileDescription.read(file);
            Plan plan = planner.plan(description.header(), description.origin());
            return new Change.Received(description.stored(id, plan, now), plan, LogPosition.START);
        }
    }

    /**
     * Holds these files against a ledger that is intact. What it does not know is set aside; of what it believes to be in
     * the log still, it learns that it was moved.
     *
     * @return those whose instance is finished, which can go once the ledger is durable
     */
    List<Long> reconcile(Map<Long, Path> own) throws IOException, LedgerException {
        Set<Long> finished = ledger.finished(own.keySet());
        List<Change> moved = new ArrayList<>();
        for (Map.Entry<Long, Path> file : new TreeMap<>(own).entrySet()) {
            long id = file.getKey();
            if (finished.contains(id)) {
                continue;
            }
            Optional<StoredInstance> known = ledger.find(id);
            if (known.isEmpty()) {
                setAside(id, file.getValue(), "the ledger does not know it");
            } else if (known.get().location() instanceof Location.InLog) {
                if (isWhole(known.get())) {
                    moved.add(new Change.Moved(id));
                } else {
                    setAside(id, file.getValue(), "it is not what was received, which is in the log");
                }
            }
        }
        if (!moved.isEmpty()) {
            ledger.apply(moved);
        }
        return finished.stream().sorted().toList();
    }

    private boolean isWhole(StoredInstance stored) {
        try (DatasetStream part10 = reader.part10(stored.inOwnFile())) {
            byte[] window = new byte[64 << 10];
            while (part10.read(window) >= 0) {
                // The checksum is what matters.
            }
            return true;
        } catch (IOException e) {
            LOG.debug("the file of instance {} is of no use", stored.instance().id(), e);
            return false;
        }
    }

    private void setAside(long id, Path file, String why) {
        try {
            Path to = aside.add(file, id);
            LOG.error(
                    "{} was set aside as {}, because {}; see what it is, and take it in again or discard it: "
                            + "scripts/gateway set-aside",
                    file,
                    to,
                    why);
        } catch (IOException e) {
            LOG.error("{} should be set aside, because {}, but cannot; it stays where it is", file, why, e);
        }
    }
}
