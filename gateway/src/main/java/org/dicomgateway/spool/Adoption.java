package org.dicomgateway.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dicomgateway.dicom.UnreadableDatasetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the spool's own files and the ledger together: into a rebuilt ledger, files that no record of the log tells of
 * are taken in and planned again; of an intact one, files that it does not know are removed.
 */
final class Adoption {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final int BATCH = 500;

    private final Disk disk;
    private final OwnFiles files;
    private final Ledger ledger;

    Adoption(Disk disk, OwnFiles files, Ledger ledger) {
        this.disk = disk;
        this.files = files;
        this.ledger = ledger;
    }

    /** Takes these files in. One that is no part-10 file is set aside under another name, and reported. */
    void adopt(Map<Long, Path> orphans, Planner planner, InstantSource clock) throws IOException, LedgerException {
        List<Change> batch = new ArrayList<>();
        int adopted = 0;
        for (Map.Entry<Long, Path> orphan : new TreeMap<>(orphans).entrySet()) {
            try {
                batch.add(received(orphan.getKey(), orphan.getValue(), planner, clock.instant()));
                adopted++;
            } catch (UnreadableDatasetException e) {
                Path aside = files.setAside(orphan.getValue());
                LOG.error("{} is not what its name says ({}); kept as {}", orphan.getValue(), e.getMessage(), aside);
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

    private Change.Received received(long id, Path path, Planner planner, Instant now) throws IOException {
        try (DiskFile file = disk.read(path)) {
            FileDescription description = FileDescription.read(file);
            Plan plan = planner.plan(description.header(), description.origin());
            return new Change.Received(description.stored(id, plan, now), plan, LogPosition.START);
        }
    }

    /** Removes those of these files that the ledger does not want: it is intact, and knows. */
    void removeUnknown(Collection<Long> ids) throws IOException, LedgerException {
        List<Long> all = List.copyOf(ids);
        int removed = 0;
        for (int from = 0; from < all.size(); from += BATCH) {
            List<Long> some = all.subList(from, Math.min(all.size(), from + BATCH));
            Collection<Long> wanted = ledger.withFile(some);
            for (long id : some) {
                if (!wanted.contains(id)) {
                    files.delete(id);
                    removed++;
                }
            }
        }
        if (removed > 0) {
            LOG.info("{} files were removed that belong to no instance, or to one that is delivered", removed);
        }
    }
}
