package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A disk on which operations fail as a test wants it. What it syncs is not really synced: the process that writes is
 * the one that reads.
 */
public final class FaultyDisk implements Disk {

    /** Which operation fails, and how. */
    public interface Fault {

        /** Whether to fail this operation, the {@code number}-th of all, counted from 1. */
        boolean hits(int number, String operation);
    }

    private final Disk real = new LocalDisk();
    private final AtomicInteger count = new AtomicInteger();
    private final List<String> operations = new ArrayList<>();
    private volatile Fault fault = (number, operation) -> false;
    private volatile long usable = Long.MAX_VALUE;
    private volatile String message = "Input/output error";
    private volatile boolean shortWrites;
    private final List<BadSectors> badSectors = new CopyOnWriteArrayList<>();

    /** Bytes of a file that cannot be read. */
    private record BadSectors(String file, long from, long to) {}

    public static FaultyDisk healthy() {
        return new FaultyDisk();
    }

    public static FaultyDisk failing(Fault fault) {
        FaultyDisk disk = new FaultyDisk();
        disk.fault = fault;
        return disk;
    }

    public void fail(Fault next) {
        this.fault = next;
    }

    /** Every operation that takes room fails, as on a full disk. */
    public void fill() {
        message = "No space left on device";
        fault = (number, operation) -> operation.startsWith("write") || operation.startsWith("zeroFill");
    }

    public void usable(long bytes) {
        usable = bytes;
    }

    /** Each write takes half of what it is given. */
    public void writeShort() {
        shortWrites = true;
    }

    /** From now on reading anything of these bytes fails, of every file with this name. */
    public void unreadable(String file, long from, long to) {
        badSectors.add(new BadSectors(file, from, to));
    }

    public int count() {
        return count.get();
    }

    /** What was done, in order. */
    public List<String> operations() {
        synchronized (operations) {
            return List.copyOf(operations);
        }
    }

    private void operation(String name) throws IOException {
        int number = count.incrementAndGet();
        synchronized (operations) {
            operations.add(name);
        }
        if (fault.hits(number, name)) {
            throw new IOException(message + " (" + name + ", operation " + number + ")");
        }
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        operation("create " + file.getFileName());
        return new FaultyFile(real.create(file), file);
    }

    @Override
    public DiskFile read(Path file) throws IOException {
        operation("open " + file.getFileName());
        return new FaultyFile(real.read(file), file);
    }

    @Override
    public DiskFile update(Path file) throws IOException {
        operation("open " + file.getFileName());
        return new FaultyFile(real.update(file), file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operation("rename " + from.getFileName());
        real.rename(from, to);
    }

    @Override
    public boolean delete(Path file) throws IOException {
        operation("delete " + file.getFileName());
        return real.delete(file);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        operation("list " + directory.getFileName());
        return real.list(directory);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        operation("createDirectory " + directory.getFileName());
        real.createDirectory(directory);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        operation("syncDirectory " + directory.getFileName());
    }

    @Override
    public Instant lastModified(Path file) throws IOException {
        operation("lastModified " + file.getFileName());
        return real.lastModified(file);
    }

    @Override
    public long usableSpace(Path directory) throws IOException {
        operation("usableSpace");
        return usable;
    }

    private final class FaultyFile implements DiskFile {

        private final DiskFile file;
        private final Path path;

        FaultyFile(DiskFile file, Path path) {
            this.file = file;
            this.path = path;
        }

        @Override
        public long write(ByteBuffer[] buffers, int from, long position) throws IOException {
            operation("write " + path.getFileName());
            if (!shortWrites) {
                return file.write(buffers, from, position);
            }
            ByteBuffer some = buffers[from].duplicate();
            some.limit(some.position() + (some.remaining() + 1) / 2);
            long written = file.write(new ByteBuffer[] {some}, 0, position);
            buffers[from].position(some.position());
            return written;
        }

        @Override
        public int read(ByteBuffer buffer, long position) throws IOException {
            operation("read " + path.getFileName());
            for (BadSectors bad : badSectors) {
                if (path.endsWith(bad.file) && position < bad.to && position + buffer.remaining() > bad.from) {
                    throw new IOException("Input/output error");
                }
            }
            return file.read(buffer, position);
        }

        @Override
        public void sync() throws IOException {
            operation("sync " + path.getFileName());
        }

        @Override
        public void zeroFill(long length) throws IOException {
            operation("zeroFill " + path.getFileName());
            file.zeroFill(length);
        }

        @Override
        public long size() throws IOException {
            operation("size " + path.getFileName());
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
