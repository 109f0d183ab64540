package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances in files of their own, {@code <id>.dcm}: in {@code large/} those that were streamed there while they were
 * received, in {@code held/} those that were moved out of the log. Complete and synced before they get that name;
 * {@code .part} before, and worth nothing.
 */
public final class InstanceFiles {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceFiles.class);

    private static final int WINDOW = 128 << 10;

    private final Disk disk;
    private final Folders folders;
    private final AtomicLong parts = new AtomicLong();

    public InstanceFiles(Disk disk, Folders folders) {
        this.disk = disk;
        this.folders = folders;
    }

    /** A file in the making. For one thread at a time. */
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

        /** Appends bytes of another file. @throws DamagedInstanceException when they cannot be read */
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

        /** What was written, to be read while it is open. */
        public DiskFile file() {
            return file;
        }

        /** Makes the bytes durable. */
        public void complete() throws IOException {
            file.sync();
        }

        /** Closes it, and removes it unless it has its name. */
        public void discard() {
            try {
                file.close();
                if (!named) {
                    disk.delete(path);
                }
            } catch (IOException e) {
                LOG.warn("cannot remove {} ({}); it is worth nothing and goes at the next start", path, e.toString());
            }
        }
    }

    /** Begins a file for an instance that is being received, and has no id yet. */
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

    /** Gives a completed file its name. Durable after {@link #syncReceived} or {@link #syncMoved}. */
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

    /** Opens the file of an instance. @throws NoSuchFileException when it has none */
    DiskFile open(long id) throws IOException {
        try {
            return disk.read(folders.large().resolve(id + Folders.INSTANCE));
        } catch (NoSuchFileException e) {
            return disk.read(folders.held().resolve(id + Folders.INSTANCE));
        }
    }

    /** Removes the file of an instance, if it has one. */
    public void delete(long id) throws IOException {
        disk.delete(folders.large().resolve(id + Folders.INSTANCE));
        disk.delete(folders.held().resolve(id + Folders.INSTANCE));
    }

    /** {@link #delete}, for a path where there is another failure to report already. */
    public void deleteQuietly(Collection<Long> ids) {
        for (long id : ids) {
            try {
                delete(id);
            } catch (IOException e) {
                LOG.warn(
                        "cannot remove the file of refused instance {} ({}); it goes at the next start",
                        id,
                        e.toString());
            }
        }
    }

    /** The files there are, by instance id. */
    public Map<Long, Path> all() throws IOException {
        Map<Long, Path> files = new HashMap<>();
        for (Path folder : List.of(folders.large(), folders.held())) {
            for (String name : disk.list(folder)) {
                Folders.number(name, Folders.INSTANCE).ifPresent(id -> files.put(id, folder.resolve(name)));
            }
        }
        return files;
    }

    /** Removes everything that was in the making when the spool was last closed. @return how many files */
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
                LOG.warn("cannot remove {} ({}); it is worth nothing", part, e.toString());
            }
        }
        return found.size();
    }
}
