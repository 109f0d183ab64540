package org.dicomgateway.spool.recovery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.dicom.values.ByteSize;
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
 * Makes the spool's own files and the ledger agree. A rebuilt ledger adopts files without a record in the log: they are
 * planned again. With an intact ledger, files that it does not know are set aside.
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

    /** Adopts these files. A file that cannot be read, or is not a part-10 file, is set aside. */
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

    /** Read again: a temporary failure must not leave a file for an operator. */
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
     * Compares these files with an intact ledger. Sets aside files that the ledger does not know. If the ledger still
     * has an instance in the log, it learns that the instance was moved to a file.
     *
     * @return the instances that are finished; their files can be deleted when the ledger is durable
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
                    setAside(id, file.getValue(), "it differs from the received instance, which is in the log");
                }
            }
        }
        if (!moved.isEmpty()) {
            ledger.apply(moved);
        }
        return finished.stream().sorted().toList();
    }

    private boolean isWhole(StoredInstance stored) {
        try (InputStream part10 = reader.part10(stored.inOwnFile())) {
            byte[] window = new byte[64 * ByteSize.KIB];
            while (part10.read(window) >= 0) {
                // Only the checksum matters.
            }
            return true;
        } catch (IOException e) {
            LOG.debug(
                    "the file of instance {} cannot be used", stored.instance().id(), e);
            return false;
        }
    }

    private void setAside(long id, Path file, String why) {
        try {
            Path to = aside.add(file, id);
            LOG.error(
                    "{} was set aside as {}, because {}; look at it, then take it in again or discard it: "
                            + "the command set-aside does both",
                    file,
                    to,
                    why);
        } catch (IOException e) {
            LOG.error("{} cannot be set aside and stays where it is; reason to set it aside: {}", file, why, e);
        }
    }
}
