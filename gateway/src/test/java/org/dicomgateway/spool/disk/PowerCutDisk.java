package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk whose power goes: everything after the n-th operation fails, and {@link #lose} takes back, at random, what was
 * not synced: sectors of files, and names in directories (in the order of a journal: what came later goes first).
 */
public final class PowerCutDisk implements Disk {

    private static final int SECTOR = 512;

    private interface Undo {
        void run() throws IOException;
    }

    /** The content of a file's sectors at its last sync, of those written since; null where there was none. */
    private static final class Node {
        private final Map<Long, byte[]> sectors = new TreeMap<>();
        private long syncedSize;
    }

    private final Disk real = new LocalDisk();
    private final Path trash;
    private final Map<Path, Node> nodes = new HashMap<>();
    private final Map<Path, List<Undo>> names = new HashMap<>();
    private int left;
    private int trashed;

    /** @param trash an empty directory beside the spool, where deleted files lie until their deletion is synced */
    public PowerCutDisk(Path trash, int operations) {
        this.trash = trash;
        this.left = operations;
    }

    private void operation() throws IOException {
        if (--left < 0) {
            throw new IOException("the power is off");
        }
    }

    public synchronized boolean isOff() {
        return left <= 0;
    }

    private List<Undo> names(Path file) {
        return names.computeIfAbsent(file.getParent(), directory -> new ArrayList<>());
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        operation();
        DiskFile created = real.create(file);
        nodes.put(file, new Node());
        names(file).add(() -> Files.deleteIfExists(file));
        return new TrackedFile(created, file, nodes.get(file));
    }

    @Override
    public synchronized DiskFile read(Path file) throws IOException {
        return update(file);
    }

    @Override
    public synchronized DiskFile update(Path file) throws IOException {
        operation();
        DiskFile opened = real.update(file);
        Node node = nodes.get(file);
        if (node == null) {
            node = new Node();
            node.syncedSize = opened.size();
            nodes.put(file, node);
        }
        return new TrackedFile(opened, file, node);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        operation();
        // What had the name before is there again when the renaming is lost.
        Path replaced = Files.exists(to) ? trash.resolve(String.valueOf(trashed++)) : null;
        if (replaced != null) {
            Files.move(to, replaced);
        }
        real.rename(from, to);
        Node node = nodes.remove(from);
        nodes.remove(to);
        if (node != null) {
            nodes.put(to, node);
        }
        names(to).add(() -> {
            Files.move(to, from);
            if (replaced != null) {
                Files.move(replaced, to);
            }
        });
    }

    @Override
    public synchronized boolean delete(Path file) throws IOException {
        operation();
        if (!Files.exists(file)) {
            return false;
        }
        Path kept = trash.resolve(String.valueOf(trashed++));
        Files.move(file, kept);
        nodes.remove(file);
        names(file).add(() -> Files.move(kept, file));
        return true;
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        operation();
        return real.list(directory);
    }

    @Override
    public synchronized void createDirectory(Path directory) throws IOException {
        operation();
        real.createDirectory(directory);
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        operation();
        names.remove(directory);
    }

    @Override
    public synchronized Instant lastModified(Path file) throws IOException {
        operation();
        return real.lastModified(file);
    }

    @Override
    public long usableSpace(Path directory) {
        return Long.MAX_VALUE;
    }

    /** The power is off: takes back what was not synced, as chance has it. */
    public synchronized void lose(Random random) throws IOException {
        left = 0;
        for (Map.Entry<Path, Node> file : nodes.entrySet()) {
            try (FileChannel channel = FileChannel.open(file.getKey(), StandardOpenOption.WRITE)) {
                Node node = file.getValue();
                double lost = random.nextDouble();
                for (Map.Entry<Long, byte[]> sector : node.sectors.entrySet()) {
                    if (random.nextDouble() < lost) {
                        channel.write(ByteBuffer.wrap(sector.getValue()), sector.getKey() * SECTOR);
                    }
                }
                if (channel.size() > node.syncedSize && random.nextBoolean()) {
                    channel.truncate(node.syncedSize);
                }
            }
        }
        for (List<Undo> undos : names.values()) {
            int kept = random.nextInt(undos.size() + 1);
            for (int i = undos.size() - 1; i >= kept; i--) {
                undos.get(i).run();
            }
        }
    }

    private final class TrackedFile implements DiskFile {

        private final DiskFile file;
        private final Path opened;
        private final Node node;

        TrackedFile(DiskFile file, Path opened, Node node) {
            this.file = file;
            this.opened = opened;
            this.node = node;
        }

        @Override
        public long write(ByteBuffer[] buffers, int from, long position) throws IOException {
            synchronized (PowerCutDisk.this) {
                // The power may go in the middle of a write.
                boolean last = left == 1;
                operation();
                long length = 0;
                for (int i = from; i < buffers.length; i++) {
                    length += buffers[i].remaining();
                }
                remember(position, length);
                long written = file.write(buffers, from, position);
                if (last) {
                    throw new IOException("the power went during a write to " + opened.getFileName());
                }
                return written;
            }
        }

        private void remember(long position, long length) throws IOException {
            long size = file.size();
            for (long s = position / SECTOR; s * SECTOR < position + length; s++) {
                if (!node.sectors.containsKey(s)) {
                    ByteBuffer old = ByteBuffer.allocate(SECTOR);
                    if (s * SECTOR < size) {
                        file.read(old, s * SECTOR);
                    }
                    node.sectors.put(s, old.array());
                }
            }
        }

        @Override
        public int read(ByteBuffer buffer, long position) throws IOException {
            synchronized (PowerCutDisk.this) {
                operation();
            }
            return file.read(buffer, position);
        }

        @Override
        public void sync() throws IOException {
            synchronized (PowerCutDisk.this) {
                operation();
                node.sectors.clear();
                node.syncedSize = file.size();
            }
        }

        @Override
        public void zeroFill(long length) throws IOException {
            synchronized (PowerCutDisk.this) {
                operation();
                file.zeroFill(length);
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (PowerCutDisk.this) {
                operation();
            }
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
