package org.dicomgateway.spool.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.log.Checksum;
import org.dicomgateway.spool.log.Salvage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must be known even when the ledger is lost: how new the ledger must be at least, and what operators decided. A
 * small file beside the log, written before what it allows is done.
 *
 * <p><b>Guarantee.</b> What {@link #raise} and {@link #add} have returned from is found again after any crash. What is
 * damaged in the file is reported and costs nothing else; when all of it is, the spool opens without it.
 *
 * <p>A file in which a write or a sync failed is never written to again: the next call makes a new one, with everything
 * in it. So does {@link #compact}. For any number of threads.
 */
public final class FactJournal implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(FactJournal.class);

    private static final int MAGIC = 0x4447666a; // "DGfj"
    private static final int VERSION = 1;
    private static final int BLOCK = 4096;
    private static final int HEADER_CRC_AT = 8;
    /** Two places for the floor, written in turn, each in a block of its own: a torn write leaves the other. */
    private static final int[] FLOORS_AT = {BLOCK, 2 * BLOCK};

    private static final int FLOOR_MAGIC = 0x4447666c; // "DGfl"
    private static final int FLOOR_CRC_AT = 16;
    private static final int FLOOR_LENGTH = 20;
    private static final int FACTS_AT = 3 * BLOCK;
    /** A new file has this room at least, so that a full disk does not keep what is finished from being given back. */
    private static final int ROOM = 64 << 10;

    private static final long WORTH_COMPACTING = 1 << 20;

    private final Disk disk;
    private final Folders folders;
    private final List<Fact> facts = new ArrayList<>();
    private @Nullable DiskFile file;
    /** The suffix that one gets of which nothing can be read, before a new one takes its name. */
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
     * Reads it. One that cannot be read is reported, and begun anew by the first call that writes.
     *
     * @param suffix appended to the name of one of which nothing can be read
     */
    public static FactJournal open(Disk disk, Folders folders, String suffix) {
        FactJournal journal = new FactJournal(disk, folders);
        try {
            journal.readTwice();
        } catch (NoSuchFileException e) {
            LOG.info("the spool has no journal of facts yet ({}); it is begun now", folders.facts());
        } catch (IOException e) {
            LOG.error(
                    "{} cannot be read ({}): that the ledger is too old will not be noticed at this start, and if it is "
                            + "built anew, what operators discarded or rerouted is delivered as planned. It is kept as *{}",
                    folders.facts(),
                    e.getMessage(),
                    suffix,
                    e);
            journal.unreadable = suffix;
        }
        return journal;
    }

    /** What failed by chance must not cost all that is known. */
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
            facts.addAll(found.facts());
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
                    floorWrites = i + 1; // the other place is next
                }
            } else if (bytes.getLong(at) != 0) {
                problems.add("the place for the ledger's age at offset " + at + " cannot be read");
            }
        }
        if (found == 0) {
            problems.add("how new the ledger must be is not known any more");
        }
    }

    /** How often the ledger must have been synced at least: one that says less is an older one. 0: not known. */
    public synchronized long floor() {
        return floor;
    }

    /** Everything that is known, in the order in which it was added. */
    public synchronized List<Fact> facts() {
        return List.copyOf(facts);
    }

    /** The ledger is at least this new, from now on. Durable when this returns; less than it was changes nothing. */
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
     * Adds facts. Durable when this returns; when it throws, they are known all the same, and durable with the next call
     * that does not.
     */
    public synchronized void add(List<Fact> added) throws IOException {
        if (added.isEmpty()) {
            return;
        }
        facts.addAll(added);
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

    /** Whether a file is there that takes what is added. When not, something may wait to be made durable. */
    public synchronized boolean isSound() {
        return file != null;
    }

    /** Whether so much was added since it was last compacted that {@link #compact} is worth it. */
    synchronized boolean isLong() {
        return end > 2 * compactedEnd + WORTH_COMPACTING;
    }

    /** Leaves out what speaks only of what is not kept any more, as {@link Fact#of(LongPredicate, LongPredicate)}. */
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

    /** Says anew which bytes of the log cannot be made use of; what was said before is forgotten. Durable. */
    public synchronized void unread(List<Fact.Unread> now) throws IOException {
        List<Fact> then =
                facts.stream().filter(fact -> fact instanceof Fact.Unread).toList();
        if (!then.equals(now)) {
            facts.removeAll(then);
            facts.addAll(now);
            replace(floor);
        }
    }

    /** Makes a new file with everything in it: complete and durable before it gets the name. */
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
            for (Fact fact : facts) {
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

    /** Closes the file; what was added is durable. */
    @Override
    public synchronized void close() {
        DiskFile open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.warn("{} cannot be closed ({}); what was made durable stays so", folders.facts(), e.toString());
            }
        }
    }
}
