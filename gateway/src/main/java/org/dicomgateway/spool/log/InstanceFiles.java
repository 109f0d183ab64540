package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances in their own files, {@code <id>.dcm}. The folder {@code large/} has those that were streamed to a file
 * during receipt. The folder {@code held/} has those that were moved out of the log. A file gets its name only when it
 * is complete and synced. Before that, its name ends with {@code .part}, and it has no value.
 */
public final class InstanceFiles {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceFiles.class);

    private static final int WINDOW = 128 * ByteSize.KIB;

    private final Disk disk;
    private final Folders folders;
    private final AtomicLong parts = new AtomicLong();

    public InstanceFiles(Disk disk, Folders folders) {
        this.disk = disk;
        this.folders = folders;
    }

    /** A file that is being written. For one thread at a time. */
    public final class Part {

        private final Path path;
        private final DiskFile file;
        private long length;
        private boolean named;

        private Part(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

        /** Appends what the buffers hold. */
        public void write(ByteBuffer... buffers) throws IOException {
            long at = length;
            for (ByteBuffer buffer : buffers) {
                length += buffer.remaining();
            }
            file.writeFully(buffers, at);
        }

        /**
         * Appends bytes of another file.
         *
         * @throws DamagedInstanceException when they cannot be read
         */
        void copy(DiskFile from, long position, long count) throws IOException {
            ByteBuffer window = ByteBuffer.allocate((int) Math.min(WINDOW, count));
            for (long copied = 0; copied < count; copied += window.limit()) {
                window.clear().limit((int) Math.min(window.capacity(), count - copied));
                try {
                    from.readFully(window, position + copied);
                } catch (IOException e) {
                    throw new DamagedInstanceException("it cannot be read: " + e.getMessage(), e);
                }
                write(window.flip());
            }
        }

        /** The open file, for reading what was written. */
        public DiskFile file() {
            return file;
        }

        /** Makes the bytes durable. */
        public void complete() throws IOException {
            file.sync();
        }

        /** Closes the file, and removes it unless it has its final name. */
        public void discard() {
            try {
                file.close();
                if (!named) {
                    disk.delete(path);
                }
            } catch (IOException e) {
                LOG.warn("cannot remove the incomplete file {} ({}); the next start removes it", path, e.toString());
            }
        }
    }

    /** Begins a file for an instance during receipt, which has no id yet. */
    public Part receive() throws IOException {
        return begin(folders.large().resolve("in-" + parts.incrementAndGet() + Folders.PART));
    }

    /** Begins a file for an instance that leaves the log. */
    public Part moveOut(long id) throws IOException {
        Path path = folders.held().resolve(id + Folders.PART);
        disk.delete(path);
        return begin(path);
    }

    private Part begin(Path path) throws IOException {
        return new Part(path, disk.create(path));
    }

    /** Gives a completed file its name. The name is durable after {@link #syncReceived} or {@link #syncMoved}. */
    public void name(Part part, long id) throws IOException {
        disk.rename(part.path, part.path.resolveSibling(id + Folders.INSTANCE));
        part.named = true;
    }

    public void syncReceived() throws IOException {
        disk.syncDirectory(folders.large());
    }

    public void syncMoved() throws IOException {
        disk.syncDirectory(folders.held());
    }

    /**
     * Opens the file of an instance.
     *
     * @throws NoSuchFileException when the instance has no file
     */
    DiskFile open(long id) throws IOException {
        // A large instance that was restored has its damaged file still in the other folder.
        try {
            return disk.read(folders.held().resolve(id + Folders.INSTANCE));
        } catch (NoSuchFileException e) {
            return disk.read(folders.large().resolve(id + Folders.INSTANCE));
        }
    }

    /**
     * Keeps the file of an instance that is no longer needed for delivery.
     *
     * @return false when there is no file
     */
    public boolean keep(long id, KeptBytes kept, Instant now) throws IOException {
        for (Path folder : List.of(folders.held(), folders.large())) {
            Path path = folder.resolve(id + Folders.INSTANCE);
            long bytes;
            try (DiskFile file = disk.read(path)) {
                bytes = file.size();
            } catch (NoSuchFileException e) {
                continue;
            }
            kept.keep(KeptBytes.Kind.INSTANCE, id, path, bytes, now);
            delete(id);
            return true;
        }
        return false;
    }

    /** Removes the file of an instance, if there is one. */
    public void delete(long id) throws IOException {
        disk.delete(folders.large().resolve(id + Folders.INSTANCE));
        disk.delete(folders.held().resolve(id + Folders.INSTANCE));
    }

    /** Like {@link #delete}, but only logs a failure: the caller already has another failure to report. */
    public void deleteQuietly(Collection<Long> ids) {
        for (long id : ids) {
            try {
                delete(id);
            } catch (IOException e) {
                LOG.warn(
                        "cannot remove the file of refused instance {} ({}); the next start removes it",
                        id,
                        e.toString());
            }
        }
    }

    /** All files, by instance id. */
    public Map<Long, Path> all() throws IOException {
        Map<Long, Path> files = new HashMap<>();
        for (Path folder : List.of(folders.large(), folders.held())) {
            for (String name : disk.list(folder)) {
                Folders.number(name, Folders.INSTANCE).ifPresent(id -> files.put(id, folder.resolve(name)));
            }
        }
        return files;
    }

    /**
     * Removes the files that were being written when the spool was last closed.
     *
     * @return how many files
     */
    public int removeParts() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : List.of(folders.large(), folders.held())) {
            for (String name : disk.list(folder)) {
                if (name.endsWith(Folders.PART)) {
                    found.add(folder.resolve(name));
                }
            }
        }
        for (Path part : found) {
            try {
                disk.delete(part);
            } catch (IOException e) {
                LOG.warn("cannot remove the incomplete file {} ({}); the next start tries again", part, e.toString());
            }
        }
        return found.size();
    }
}
