package org.dicomgateway.spool.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;

/**
 * Opens stored instances, in a segment or in a file. Every reader has its own file handle, so an interrupt closes only
 * that one.
 */
public final class InstanceReader {

    private final Disk disk;
    private final Folders folders;
    private final InstanceFiles files;

    public InstanceReader(Disk disk, Folders folders, InstanceFiles files) {
        this.disk = disk;
        this.folders = folders;
        this.files = files;
    }

    /** Opens the dataset alone. If it is in a segment, the caller must have pinned the segment. */
    public InputStream dataset(StoredInstance stored) throws IOException {
        return open(stored, stored.datasetOffset());
    }

    /** Opens the whole part-10 stream. */
    public InputStream part10(StoredInstance stored) throws IOException {
        return open(stored, 0);
    }

    private InputStream open(StoredInstance stored, int skip) throws IOException {
        DiskFile file;
        long bodyAt = 0;
        try {
            if (stored.location() instanceof Location.InLog inLog) {
                file = disk.read(folders.segment(inLog.segment()));
                bodyAt = inLog.offset() + RecordHeader.LENGTH;
            } else {
                file = files.open(stored.instance().id());
            }
        } catch (NoSuchFileException e) {
            throw new DamagedInstanceException(describe(stored) + " is missing: " + e.getMessage(), e);
        }
        boolean done = false;
        try {
            InputStream stream = new VerifiedStream(file, bodyAt, stored, skip, describe(stored));
            done = true;
            return stream;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /**
     * Copies the bytes as they are, damaged or not. The ledger keeps the checksum.
     *
     * @throws DamagedInstanceException when the disk cannot read them
     */
    public void copy(StoredInstance stored, InstanceFiles.Part to) throws IOException {
        if (stored.location() instanceof Location.InLog inLog) {
            try (DiskFile file = disk.read(folders.segment(inLog.segment()))) {
                to.copy(file, inLog.offset() + RecordHeader.LENGTH, stored.length());
            }
        }
    }

    private static String describe(StoredInstance stored) {
        long id = stored.instance().id();
        return stored.location() instanceof Location.InLog inLog
                ? "instance " + id + " in segment " + inLog.segment() + " at offset " + inLog.offset()
                : "instance " + id + " in the file " + id + Folders.INSTANCE;
    }
}
