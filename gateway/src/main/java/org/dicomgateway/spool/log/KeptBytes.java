package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments and files that are no longer needed for delivery, and are kept for a time: an instance that is missing on a
 * server can be sent again from them. They are in a folder of their own, which recovery does not read: what is there
 * was delivered, and a rebuilt ledger does not deliver it again. A name consists of the number of the segment or
 * instance, and of the time since when it is kept.
 *
 * <p>Maintenance moves files in and out. Any thread may ask where one is.
 */
public final class KeptBytes {

    private static final Logger LOG = LoggerFactory.getLogger(KeptBytes.class);

    /** What a file holds. */
    public enum Kind {
        SEGMENT(Folders.SEGMENT),
        INSTANCE(Folders.INSTANCE);

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    /**
     * A file.
     *
     * @param number of the segment, or of the instance
     * @param since when nothing needed it any more
     */
    public record Kept(Kind kind, long number, Instant since, long bytes, Path path) {}

    private record Key(Kind kind, long number) {}

    private final Disk disk;
    private final Folders folders;
    private final ConcurrentMap<Key, Kept> files = new ConcurrentHashMap<>();
    private final Queue<Path> replaced = new ConcurrentLinkedQueue<>();

    /** Finds what an earlier process kept. */
    public KeptBytes(Disk disk, Folders folders) throws IOException {
        this.disk = disk;
        this.folders = folders;
        for (String name : disk.list(folders.kept())) {
            for (Kind kind : Kind.values()) {
                find(kind, name);
            }
        }
    }

    private void find(Kind kind, String name) throws IOException {
        int dash = name.indexOf('-');
        OptionalLong number = Folders.number(name.substring(0, Math.max(0, dash)), "");
        OptionalLong since = Folders.number(name.substring(dash + 1), kind.suffix);
        if (number.isPresent() && since.isPresent()) {
            Path path = folders.kept().resolve(name);
            long bytes;
            try (DiskFile file = disk.read(path)) {
                bytes = file.size();
            } catch (NoSuchFileException e) {
                LOG.debug("a running gateway has given up {}", path, e);
                return;
            }
            found(new Kept(kind, number.getAsLong(), Instant.ofEpochMilli(since.getAsLong()), bytes, path));
        }
    }

    private void found(Kept kept) {
        files.merge(new Key(kept.kind, kept.number), kept, (one, other) -> {
            boolean first = one.since.isAfter(other.since);
            replaced.add(first ? other.path : one.path);
            return first ? one : other;
        });
    }

    /** Moves a file here. Not durable before {@link #sync}: after a power failure, it can be where it was. */
    void keep(Kind kind, long number, Path from, long bytes, Instant now) throws IOException {
        Path to = folders.kept().resolve(String.format("%016d-%d%s", number, now.toEpochMilli(), kind.suffix));
        Key key = new Key(kind, number);
        Kept kept = new Kept(kind, number, now, bytes, to);
        // First, so that a reader who does not find the file in its old place finds it here.
        Kept before = files.put(key, kept);
        boolean done = false;
        try {
            disk.rename(from, to);
            done = true;
        } finally {
            if (!done) {
                restore(key, kept, before);
            }
        }
        if (before != null && !before.path.equals(to)) {
            replaced.add(before.path);
        }
    }

    private void restore(Key key, Kept failed, @Nullable Kept before) {
        if (before == null) {
            files.remove(key, failed);
        } else {
            files.replace(key, failed, before);
        }
    }

    /**
     * Deletes files whose number has a newer one: they were damaged, and the instance was restored, or they are of a
     * log that was lost.
     */
    public void deleteReplaced() throws IOException {
        for (Path path = replaced.peek(); path != null; path = replaced.peek()) {
            disk.delete(path);
            replaced.remove(path);
        }
    }

    /** Makes the moves durable. */
    public void sync() throws IOException {
        disk.syncDirectory(folders.kept());
        disk.syncDirectory(folders.log());
    }

    /** Where the segment or the file of an instance is kept. */
    public Optional<Path> find(Kind kind, long number) {
        return Optional.ofNullable(files.get(new Key(kind, number))).map(Kept::path);
    }

    /** Everything, the oldest first. */
    public List<Kept> oldestFirst() {
        Collection<Kept> all = files.values();
        List<Kept> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparing(Kept::since).thenComparing(Kept::number));
        return sorted;
    }

    /** The size of everything. */
    public long bytes() {
        return files.values().stream().mapToLong(Kept::bytes).sum();
    }

    /** Forgets a file, which the caller then reuses or deletes. */
    void remove(Kept kept) {
        files.remove(new Key(kept.kind, kept.number), kept);
    }

    /** Deletes a file. */
    public void delete(Kept kept) throws IOException {
        remove(kept);
        disk.delete(kept.path);
        LOG.debug("{} is no longer kept", kept.path);
    }
}
