package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.dicomgateway.config.settings.DataSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows, without asking for each instance, whether the file system still has the room that must stay free. */
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

    /** Looks. When that fails, what was known last holds on. */
    public synchronized void look() {
        total = askTotal();
        try {
            usable = disk.usableSpace(directory);
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.warn("cannot tell how much space is left for {}", directory, e);
            }
            failed = true;
            return;
        }
        Optional<String> reason = closedBecause();
        if (reason.isPresent() && !low) {
            LOG.warn("{}; nothing is taken in until there is", reason.get());
        } else if (reason.isEmpty() && low) {
            LOG.info("there is room for the spool again: {} bytes", usable);
        }
        low = reason.isPresent();
    }

    /** Why nothing more may be written; does not ask the file system. */
    public Optional<String> closedBecause() {
        long known = usable;
        return known >= minFree.bytes()
                ? Optional.empty()
                : Optional.of("no room for the spool: " + known + " bytes are left on the file system of " + directory
                        + ", and " + minFree + " must stay free (spool.min-free-space)");
    }

    /** Bytes that can be used, as of the last look. */
    public long free() {
        return usable;
    }

    /** Bytes that must stay free. */
    public long minFree() {
        return minFree.bytes();
    }

    /** Bytes of the file system, as of the last look; 0 when it does not say. */
    public long total() {
        return total;
    }

    private long askTotal() {
        try {
            return Files.getFileStore(directory).getTotalSpace();
        } catch (IOException e) {
            LOG.debug("cannot tell how large the file system of {} is", directory, e);
            return 0;
        }
    }

    /** Whether this many bytes can be used and what must stay free is still there. */
    public boolean allows(long bytes) {
        return usable - bytes >= minFree.bytes();
    }
}
