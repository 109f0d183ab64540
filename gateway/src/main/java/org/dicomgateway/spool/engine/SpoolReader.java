package org.dicomgateway.spool.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.log.FileDescription;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.KeptBytes;
import org.dicomgateway.spool.log.LogFolder;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.RecordHeader;
import org.dicomgateway.spool.log.RecordMetadata;
import org.dicomgateway.spool.log.SegmentHeader;
import org.dicomgateway.spool.log.SegmentScan;
import org.dicomgateway.spool.log.SegmentWindow;
import org.dicomgateway.spool.log.StoredInstance;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.sqlite.LedgerReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a spool still contains, and changes nothing. Works beside a running gateway or without one. Without a
 * readable ledger, it reads every instance in log and files, delivered or not.
 *
 * <p>Beside a running gateway the result is a snapshot: newly received instances may be missing. An instance that is
 * delivered in the meantime may be gone when it is opened.
 */
public final class SpoolReader {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolReader.class);
    private static final int AT_ONCE = 500;
    private static final Plan UNPLANNED = new Plan(0, List.of());

    /** An instance in the spool. */
    public final class HeldInstance {

        private final StoredInstance stored;

        private HeldInstance(StoredInstance stored) {
            this.stored = stored;
        }

        /** The instance's attributes. */
        public Instance instance() {
            return stored.instance();
        }

        /**
         * Opens the whole part-10 stream, verified while it is read.
         *
         * @throws DamagedInstanceException also when the instance was delivered in the meantime and is gone
         */
        public InputStream open() throws IOException {
            return reader.part10(stored);
        }
    }

    /** Receives the instances one by one. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Receives an instance.
         *
         * @throws IOException to end the reading
         */
        void visit(HeldInstance instance) throws IOException;
    }

    private final Disk disk = new LocalDisk();
    private final Folders folders;
    private final InstanceFiles files;
    private final InstanceReader reader;

    /**
     * Creates a reader for the spool in this directory.
     *
     * @throws IOException when what is kept after delivery cannot be listed; it may be sent again
     */
    public SpoolReader(Path directory) throws IOException {
        this.folders = new Folders(directory);
        this.files = new InstanceFiles(disk, folders);
        Optional<KeptBytes> kept =
                Files.isDirectory(folders.kept()) ? Optional.of(new KeptBytes(disk, folders)) : Optional.empty();
        this.reader = new InstanceReader(disk, folders, files, kept);
    }

    /**
     * Visits every instance that is still in the spool, unordered.
     *
     * @return how many
     * @throws IOException when there is no spool, the spool cannot be read, or the visitor throws it
     */
    public long forEach(Visitor visitor) throws IOException {
        if (!Files.isDirectory(folders.log())) {
            throw new IOException("no spool at " + folders.root() + ": there is no folder 'log' in it");
        }
        Set<Long> seen = new HashSet<>();
        LogPosition position = LogPosition.START;
        boolean known = false;
        if (Files.exists(folders.ledger())) {
            try (LedgerReader ledger = new LedgerReader(new LedgerFile(folders.ledger()).openForReading())) {
                // A ledger that was never synced is being rebuilt, and not complete.
                known = ledger.syncs() > 0;
                if (known) {
                    // This order matters: what the ledger applies in between is visited from the ledger and not
                    // searched in the log.
                    position = ledger.appliedPosition();
                    fromLedger(ledger, visitor, seen);
                }
            } catch (LedgerException | SQLException e) {
                LOG.warn("the ledger {} cannot be read; everything in log and files is read", folders.ledger(), e);
                position = LogPosition.START;
                known = false;
            }
        }
        Map<Long, Path> own = files.all();
        fromLog(position, own.keySet(), visitor, seen);
        if (!known) {
            fromFiles(own, visitor, seen);
        }
        return seen.size();
    }

    private void fromLedger(LedgerReader ledger, Visitor visitor, Set<Long> seen) throws SQLException, IOException {
        for (List<StoredInstance> some = ledger.unfinished(0, AT_ONCE); !some.isEmpty(); ) {
            for (StoredInstance stored : some) {
                show(stored, visitor, seen);
            }
            some = ledger.unfinished(some.get(some.size() - 1).instance().id(), AT_ONCE);
        }
    }

    private void show(StoredInstance stored, Visitor visitor, Set<Long> seen) throws IOException {
        if (seen.add(stored.instance().id())) {
            visitor.visit(new HeldInstance(stored));
        }
    }

    private void fromLog(LogPosition position, Set<Long> own, Visitor visitor, Set<Long> seen) throws IOException {
        LogFolder log = LogFolder.look(disk, folders);
        for (long segment : log.segments().tailMap(position.segment(), true).keySet()) {
            long from = Math.max(SegmentHeader.LENGTH, segment == position.segment() ? position.offset() : 0);
            try (DiskFile file = disk.read(folders.segment(segment))) {
                for (SegmentScan.Found found : SegmentScan.scan(file, segment, from, log.endOf(segment))
                        .records()) {
                    StoredInstance stored = stored(segment, found, file);
                    if (own.contains(stored.instance().id())) {
                        show(stored.inOwnFile(), visitor, seen);
                    } else if (!found.header().inFile()) {
                        show(stored, visitor, seen);
                    }
                }
            } catch (NoSuchFileException e) {
                LOG.debug("segment {} was recycled in the meantime", segment);
            }
        }
    }

    private static StoredInstance stored(long segment, SegmentScan.Found found, DiskFile file) throws IOException {
        RecordHeader header = found.header();
        byte[] json = SegmentWindow.bytes(file, found.offset() + header.metadataAt(), header.metadataLength());
        RecordMetadata metadata = RecordMetadata.fromJson(json);
        Instance instance = metadata.instance(header.instanceId(), header.datasetLength());
        return header.stored(instance, new LogPosition(segment, found.offset()), metadata.datasetDigest());
    }

    private void fromFiles(Map<Long, Path> own, Visitor visitor, Set<Long> seen) throws IOException {
        for (Map.Entry<Long, Path> entry : new TreeMap<>(own).entrySet()) {
            if (seen.contains(entry.getKey())) {
                continue;
            }
            StoredInstance stored;
            try (DiskFile file = disk.read(entry.getValue())) {
                stored = FileDescription.read(file).stored(entry.getKey(), UNPLANNED, Instant.EPOCH);
            } catch (NoSuchFileException | UnreadableDatasetException e) {
                LOG.warn("{} cannot be read as an instance: {}", entry.getValue(), e.getMessage());
                continue;
            }
            show(stored, visitor, seen);
        }
    }
}
