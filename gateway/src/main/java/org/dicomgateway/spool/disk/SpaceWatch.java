package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.dicomgateway.config.settings.DataSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the free space of the spool's file system, so that not every instance needs a system call. */
public final class SpaceWatch {

    private static final Logger LOG = LoggerFactory.getLogger(SpaceWatch.class);

    private final Disk disk;
    private final Path directory;
    private final DataSize minFree;
    private volatile long usable = Long.MAX_VALUE;
    private volatile long total;
    private boolean low;
    private boolean failed;

    public SpaceWatch(Disk disk, Path directory, DataSize minFree) {
        this.disk = disk;
        this.directory = directory;
        this.minFree = minFree;
    }

    /** Reads the free space. If that fails, the last known value stays valid. */
    public synchronized void look() {
        total = askTotal();
        try {
            usable = disk.usableSpace(directory);
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.warn("cannot read the free space of {}; the last known value is used", directory, e);
            }
            failed = true;
            return;
        }
        Optional<String> reason = closedBecause();
        if (reason.isPresent() && !low) {
            LOG.warn("{}; no instances are accepted until there is enough space", reason.get());
        } else if (reason.isEmpty() && low) {
            LOG.info("there is enough space for the spool again: {} bytes are free", usable);
        }
        low = reason.isPresent();
    }

    /** The reason why nothing more may be written; empty when there is enough space. Does not ask the file system. */
    public Optional<String> closedBecause() {
        long known = usable;
        return known >= minFree.bytes()
                ? Optional.empty()
                : Optional.of("no space for the spool: " + known + " bytes are free on the file system of " + directory
                        + ", and " + minFree + " must stay free (spool.min-free-space)");
    }

    /** Usable bytes at the last look. */
    public long free() {
        return usable;
    }

    /** Bytes that must stay free. */
    public long minFree() {
        return minFree.bytes();
    }

    /** Bytes of the file system at the last look; 0 when unknown. */
    public long total() {
        return total;
    }

    private long askTotal() {
        try {
            return Files.getFileStore(directory).getTotalSpace();
        } catch (IOException e) {
            LOG.debug("cannot read the size of the file system of {}", directory, e);
            return 0;
        }
    }

    /** Whether the spool can use this many bytes and still keep the required free space. */
    public boolean allows(long bytes) {
        return usable - bytes >= minFree.bytes();
    }
}
