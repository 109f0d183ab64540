package org.dicomgateway.spool.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.log.Checksum;
import org.dicomgateway.spool.log.Salvage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what must survive the loss of the ledger: how new the ledger must be at least, what operators decided, and
 * by which transforms destinations are sent instances. A small file beside the log. Each entry is durable before the
 * action that depends on it.
 *
 * <p><b>Guarantee.</b> After {@link #raise} or {@link #add} returns, its entry survives any crash. Damage in the file
 * is reported and affects only the damaged entries. If the whole file is damaged, the spool opens without it.
 *
 * <p>After a failed write or sync, the file is never written again. The next call creates a new file with all entries.
 * So does {@link #compact}. Thread-safe.
 */
public final class FactJournal implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(FactJournal.class);

    private static final int MAGIC = 0x4447666a; // "DGfj"
    private static final int VERSION = 1;
    private static final int BLOCK = 4096;
    private static final int HEADER_CRC_AT = 8;
    /** The floor has two places, written in turn. Each is in its own block, so a torn write leaves the other intact. */
    private static final int[] FLOORS_AT = {BLOCK, 2 * BLOCK};

    private static final int FLOOR_MAGIC = 0x4447666c; // "DGfl"
    private static final int FLOOR_CRC_AT = 16;
    private static final int FLOOR_LENGTH = 20;
    private static final int FACTS_AT = 3 * BLOCK;
    /**
     * A new file has at least this size. So even on a full disk, the spool can note a fact and free the space of
     * finished instances.
     */
    private static final int ROOM = 64 * ByteSize.KIB;

    private static final long WORTH_COMPACTING = ByteSize.MIB;

    private final Disk disk;
    private final Folders folders;
    private final List<Fact> facts = new ArrayList<>();
    private final Map<String, Fact.SentBy> sentBy = new TreeMap<>();
    private @Nullable DiskFile file;
    /** If nothing in the old file is readable, the old file gets this suffix before a new one takes its name. */
    private @Nullable String unreadable;

    private long end = FACTS_AT;
    private long compactedEnd;
    private long floor;
    private int floorWrites;

    private FactJournal(Disk disk, Folders folders) {
        this.disk = disk;
        this.folders = folders;
    }

    /**
     * Reads the journal. If it cannot be read, reports that; the first call that writes then creates a new file.
     *
     * @param suffix appended to the name of a file in which nothing is readable
     */
    public static FactJournal open(Disk disk, Folders folders, String suffix) {
        FactJournal journal = new FactJournal(disk, folders);
        try {
            journal.readTwice();
        } catch (NoSuchFileException e) {
            LOG.info("the spool has no journal yet ({}); a new one is created", folders.facts());
        } catch (IOException e) {
            LOG.error(
                    "{} cannot be read ({}): this start cannot notice a ledger that is too old. If the ledger is built "
                            + "anew, deliveries that operators discarded or rerouted go out as first planned. The "
                            + "unreadable file is kept as *{}",
                    folders.facts(),
                    e.getMessage(),
                    suffix,
                    e);
            journal.unreadable = suffix;
        }
        return journal;
    }

    /** Read again: a temporary failure must not cost the whole journal. */
    private void readTwice() throws IOException {
        try {
            read();
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("{} could not be read, trying once more: {}", folders.facts(), e.toString());
            read();
        }
    }

    private void read() throws IOException {
        DiskFile opened = disk.update(folders.facts());
        boolean sound = false;
        try {
            ByteBuffer bytes = Salvage.read(opened, 0, Math.toIntExact(opened.size()));
            List<String> problems = new ArrayList<>();
            if (bytes.limit() < FACTS_AT) {
                throw new IOException("it has only " + bytes.limit() + " bytes");
            }
            if (bytes.getInt(0) != MAGIC || bytes.getInt(HEADER_CRC_AT) != Checksum.of(bytes, 0, HEADER_CRC_AT)) {
                problems.add("its header is damaged");
            } else if (bytes.getInt(4) != VERSION) {
                throw new IOException("it has version " + bytes.getInt(4) + ", this gateway knows " + VERSION);
            }
            readFloor(bytes, problems);
            FactRecord.Found found = FactRecord.scan(bytes, FACTS_AT);
            problems.addAll(found.problems());
            know(found.facts());
            end = found.end();
            problems.forEach(
                    problem -> LOG.error("{} is damaged: {}; the rest of it is used", folders.facts(), problem));
            sound = problems.isEmpty();
        } finally {
            if (sound) {
                file = opened;
            } else {
                opened.close();
            }
        }
    }

    private void readFloor(ByteBuffer bytes, List<String> problems) {
        int found = 0;
        for (int i = 0; i < FLOORS_AT.length; i++) {
            int at = FLOORS_AT[i];
            if (bytes.getInt(at) == FLOOR_MAGIC
                    && bytes.getInt(at + FLOOR_CRC_AT) == Checksum.of(bytes, at, FLOOR_CRC_AT)) {
                found++;
                if (bytes.getLong(at + 8) > floor) {
                    floor = bytes.getLong(at + 8);
                    floorWrites = i + 1; // the next write goes to the other place
                }
            } else if (bytes.getLong(at) != 0) {
                problems.add("the minimum count of ledger syncs at offset " + at + " cannot be read");
            }
        }
        if (found == 0) {
            problems.add("the minimum count of ledger syncs is unknown");
        }
    }

    /** The minimum count of syncs of the ledger. A ledger with a smaller count is an older one. 0 when unknown. */
    public synchronized long floor() {
        return floor;
    }

    /** All known facts, in the order in which they were added. */
    public synchronized List<Fact> facts() {
        return Stream.concat(facts.stream(), sentBy.values().stream()).toList();
    }

    private void know(List<Fact> added) {
        for (Fact fact : added) {
            if (fact instanceof Fact.SentBy one) {
                sentBy.put(one.destination(), one);
            } else {
                facts.add(fact);
            }
        }
    }

    /** Whether it is known, durably, that a destination is sent what this version of its transforms makes. */
    public synchronized boolean isSentBy(String destination, String version) {
        Fact.SentBy known = sentBy.get(destination);
        return known == null ? version.isEmpty() : known.version().equals(version) && file != null;
    }

    /**
     * Notes that from now on a destination is sent what this version of its transforms makes. Durable on return.
     *
     * @param version empty: what was received
     * @param newest the id of the newest instance that may have been sent there before
     */
    public synchronized void sentBy(String destination, String version, long newest) throws IOException {
        if (isSentBy(destination, version)) {
            return;
        }
        Fact.SentBy known = sentBy.get(destination);
        if (known != null && known.version().equals(version)) {
            replace(floor);
            return;
        }
        add(List.of(new Fact.SentBy(destination, version, known == null ? 0 : newest)));
    }

    /**
     * Raises the floor: from now on the ledger is at least this new. Durable on return. A smaller number changes
     * nothing.
     */
    public synchronized void raise(long syncs) throws IOException {
        if (syncs <= floor && file != null) {
            return;
        }
        DiskFile open = file;
        if (open == null) {
            replace(Math.max(floor, syncs));
            return;
        }
        write(open, floorBlock(syncs), FLOORS_AT[floorWrites % FLOORS_AT.length]);
        floorWrites++;
        floor = syncs;
    }

    /**
     * Adds facts. Durable on return. If this throws, the facts are still known, and the next successful call makes them
     * durable.
     */
    public synchronized void add(List<Fact> added) throws IOException {
        if (added.isEmpty()) {
            return;
        }
        know(added);
        DiskFile open = file;
        if (open == null) {
            replace(floor);
            return;
        }
        ByteBuffer[] records = added.stream().map(FactRecord::encode).toArray(ByteBuffer[]::new);
        long length = 0;
        for (ByteBuffer record : records) {
            length += record.remaining();
        }
        write(open, records, end);
        end += length;
    }

    private void write(DiskFile open, ByteBuffer[] bytes, long at) throws IOException {
        boolean done = false;
        try {
            open.writeFully(bytes, at);
            open.sync();
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /** Whether the file accepts new facts. If not, some facts may not be durable yet. */
    public synchronized boolean isSound() {
        return file != null;
    }

    /** Whether the file has grown enough since the last {@link #compact} to compact it again. */
    synchronized boolean isLong() {
        return end > 2 * compactedEnd + WORTH_COMPACTING;
    }

    /** Removes facts that concern only what is gone; see {@link Fact#of(LongPredicate, LongPredicate)}. */
    public synchronized void compact(LongPredicate instances, LongPredicate segments) throws IOException {
        List<Fact> kept = facts.stream()
                .map(fact -> fact.of(instances, segments))
                .flatMap(Optional::stream)
                .toList();
        if (kept.equals(facts) && file != null) {
            compactedEnd = end;
            return;
        }
        facts.clear();
        facts.addAll(kept);
        replace(floor);
    }

    /** Replaces all facts about unusable bytes of the log. Durable on return. */
    public synchronized void unread(List<Fact.Unread> now) throws IOException {
        List<Fact> then =
                facts.stream().filter(fact -> fact instanceof Fact.Unread).toList();
        if (!then.equals(now)) {
            facts.removeAll(then);
            facts.addAll(now);
            replace(floor);
        }
    }

    /** Creates a new file with all entries. It is complete and durable before it gets its name. */
    private void replace(long newFloor) throws IOException {
        close();
        if (unreadable != null) {
            disk.rename(folders.facts(), beside(unreadable));
            unreadable = null;
        }
        Path part = beside(Folders.PART);
        disk.delete(part);
        DiskFile made = disk.create(part);
        boolean done = false;
        try {
            made.zeroFill(ROOM);
            ByteBuffer header =
                    ByteBuffer.allocate(HEADER_CRC_AT + 4).putInt(MAGIC).putInt(VERSION);
            header.putInt(Checksum.of(header, 0, HEADER_CRC_AT));
            made.writeFully(new ByteBuffer[] {header.rewind()}, 0);
            made.writeFully(floorBlock(newFloor), FLOORS_AT[0]);
            long at = FACTS_AT;
            for (Fact fact : facts()) {
                ByteBuffer record = FactRecord.encode(fact);
                int length = record.remaining();
                made.writeFully(new ByteBuffer[] {record}, at);
                at += length;
            }
            made.sync();
            disk.rename(part, folders.facts());
            disk.syncDirectory(folders.root());
            file = made;
            floor = newFloor;
            floorWrites = 1;
            end = at;
            compactedEnd = at;
            done = true;
        } finally {
            if (!done) {
                made.close();
            }
        }
    }

    private Path beside(String suffix) {
        return folders.facts().resolveSibling(folders.facts().getFileName() + suffix);
    }

    private static ByteBuffer[] floorBlock(long floor) {
        ByteBuffer block =
                ByteBuffer.allocate(FLOOR_LENGTH).putInt(FLOOR_MAGIC).putInt(0).putLong(floor);
        block.putInt(Checksum.of(block, 0, FLOOR_CRC_AT));
        return new ByteBuffer[] {block.rewind()};
    }

    /** Closes the file. Everything added is durable. */
    @Override
    public synchronized void close() {
        DiskFile open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.warn("{} cannot be closed ({}); its entries are durable", folders.facts(), e.toString());
            }
        }
    }
}
