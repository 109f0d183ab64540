package org.dicomgateway.spool.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerCorruptException;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.SentVersion;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.StoredInstance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger in an SQLite database, with a write-ahead log, one connection for writing and several for reading.
 *
 * <p>An applied batch survives the end of the process at once, and a power failure after {@link #sync}. A power failure
 * can take only the newest batches; the database stays sound. This relies on what SQLite requires of file system and
 * disk (https://www.sqlite.org/atomiccommit.html), above all that a sync is a real sync.
 *
 * <p>Times are stored in milliseconds.
 */
public final class SqliteLedger implements Ledger {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteLedger.class);
    private static final int IDLE_READERS = 4;
    /** Each change writes a few pages: the write-ahead log stays at about 16 MB. */
    private static final long CHANGES_PER_CHECKPOINT = 500;

    private final LedgerFile file;
    private final LedgerWriter writer;
    private final ReentrantLock writing = new ReentrantLock();
    private final Deque<LedgerReader> idle = new ArrayDeque<>();
    private final AtomicReference<@Nullable LedgerCorruptException> damage = new AtomicReference<>();
    private long uncheckpointed;
    private boolean closed;

    private SqliteLedger(LedgerFile file, LedgerWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /**
     * Opens the ledger in this file, or creates it. Only its owner can read it.
     *
     * @param chooser called in the thread that applies changes
     * @throws LedgerCorruptException when the file is damaged or not a ledger: then {@link #setAside} and rebuild
     * @throws LedgerException when the ledger cannot be opened now: locked, no permission, or written by a newer
     *     version
     */
    public static SqliteLedger open(Path path, Chooser chooser) throws LedgerException {
        LedgerFile file = new LedgerFile(path);
        Statements database = file.openForWriting();
        try {
            return new SqliteLedger(file, new LedgerWriter(database, chooser));
        } catch (SQLException e) {
            closeQuietly(database);
            throw file.failure("opened", e);
        }
    }

    /** Renames a damaged ledger's files, which must be closed. Appends {@code suffix} to their names. */
    public static void setAside(Path path, String suffix) throws IOException {
        LedgerFile.setAside(path, suffix);
    }

    @Override
    public Applied apply(List<Change> changes) throws LedgerException {
        writing.lock();
        try {
            Applied applied = writer.apply(changes);
            checkpoint(changes.size() + applied.rows());
            return applied;
        } catch (SQLException e) {
            throw noted(file.failure("changed", e));
        } finally {
            writing.unlock();
        }
    }

    /**
     * Moves the write-ahead log into the database after enough changes. SQLite could do this by itself, but would not
     * report a failed sync. A failure here does not undo the applied batch.
     */
    private void checkpoint(long applied) {
        uncheckpointed += applied;
        if (uncheckpointed < CHANGES_PER_CHECKPOINT) {
            return;
        }
        uncheckpointed = 0;
        try {
            writer.checkpoint();
        } catch (SQLException e) {
            LedgerException failure = noted(file.failure("checkpointed", e));
            LOG.warn("the ledger's checkpoint failed; its write-ahead log keeps growing", failure);
        }
    }

    @Override
    public long sync(long atLeast) throws LedgerException {
        writing.lock();
        try {
            LedgerCorruptException before = damage.get();
            if (before != null) {
                throw new LedgerCorruptException(String.valueOf(before.getMessage()), before);
            }
            return writer.sync(atLeast);
        } catch (SQLException e) {
            throw noted(file.failure("synced", e));
        } finally {
            writing.unlock();
        }
    }

    @Override
    public long syncs() throws LedgerException {
        return ask(LedgerReader::syncs);
    }

    @Override
    public Optional<LedgerCorruptException> damage() {
        return Optional.ofNullable(damage.get());
    }

    private LedgerException noted(LedgerException failure) {
        if (failure instanceof LedgerCorruptException corrupt) {
            damage.compareAndSet(null, corrupt);
        }
        return failure;
    }

    @Override
    public LogPosition appliedPosition() throws LedgerException {
        return ask(LedgerReader::appliedPosition);
    }

    @Override
    public long lastInstanceId() throws LedgerException {
        return ask(reader -> reader.database().number("SELECT last_instance FROM position"));
    }

    @Override
    public List<DueDelivery> due(String destination, Instant now, int max, Set<Long> claimed, long before)
            throws LedgerException {
        return ask(reader -> reader.due(destination, now, max, claimed, before));
    }

    @Override
    public List<Long> unassigned(long afterId, int max) throws LedgerException {
        return ask(reader -> reader.database().numbers(LedgerReader.UNASSIGNED, afterId, max));
    }

    @Override
    public List<Movable> movable(String destination, long afterId, int max) throws LedgerException {
        return ask(reader -> reader.database()
                .list(
                        row -> new Movable(row.getLong(1), row.getString(2)),
                        LedgerReader.MOVABLE,
                        destination,
                        afterId,
                        max));
    }

    @Override
    public boolean passesOn(long deliveryId) throws LedgerException {
        return ask(reader ->
                Placement.passesOn(deliveryId, DeliveryRow.of(reader.database(), DeliveryId.instance(deliveryId))));
    }

    @Override
    public boolean explainsDuplicate(long instanceId, String destination) throws LedgerException {
        return ask(reader -> SentVersions.explainDuplicate(reader.database(), instanceId, destination));
    }

    @Override
    public Optional<SentAs> sentAs(long deliveryId, String destination) throws LedgerException {
        return ask(reader -> CopyRows.sentAs(reader.database(), deliveryId, destination));
    }

    @Override
    public boolean knows(String sopInstance) throws LedgerException {
        return ask(reader -> reader.knows(sopInstance));
    }

    @Override
    public Optional<Instant> lastReceived(String study) throws LedgerException {
        return ask(reader -> reader.lastReceived(study));
    }

    @Override
    public List<SpoolView.Receipt> receivedAfter(long afterId, int max) throws LedgerException {
        return ask(reader -> reader.receivedAfter(afterId, max));
    }

    @Override
    public List<SentVersion> unwritten(int max) throws LedgerException {
        return ask(reader -> SentVersions.unwritten(reader.database(), max));
    }

    @Override
    public List<Long> open(String destination, Set<Long> except, int max) throws LedgerException {
        return ask(reader -> reader.open(destination, except, max));
    }

    @Override
    public Optional<StoredInstance> find(long instanceId) throws LedgerException {
        return stored(LedgerReader.FIND, instanceId).stream().findFirst();
    }

    @Override
    public Optional<StoredInstance> known(long instanceId) throws LedgerException {
        return stored(Placement.INSTANCE, instanceId).stream().findFirst();
    }

    @Override
    public List<StoredInstance> held(long afterId, int max) throws LedgerException {
        return stored(LedgerReader.HELD, afterId, max);
    }

    @Override
    public List<StoredInstance> unfinishedIn(long segment, int max) throws LedgerException {
        return stored(LedgerReader.UNFINISHED_IN, segment, max);
    }

    @Override
    public Map<Long, Long> unfinishedBytesBySegment() throws LedgerException {
        return ask(LedgerReader::unfinishedBytesBySegment);
    }

    @Override
    public List<Long> finishedWithFile(int max) throws LedgerException {
        return ask(reader -> reader.database().numbers(LedgerReader.FINISHED_WITH_FILE, max));
    }

    @Override
    public Set<Long> finished(Collection<Long> instanceIds) throws LedgerException {
        return ask(reader -> reader.finished(instanceIds));
    }

    @Override
    public List<PlacedDelivery> deliveries(long instanceId) throws LedgerException {
        return ask(reader -> reader.deliveries(instanceId));
    }

    @Override
    public Optional<Plan> plan(long instanceId) throws LedgerException {
        return ask(reader -> reader.plan(instanceId));
    }

    @Override
    public List<StoredInstance> unfinished(long afterId, int max) throws LedgerException {
        return ask(reader -> reader.unfinished(afterId, max));
    }

    @Override
    public Map<String, SpoolView.Books> books() throws LedgerException {
        return ask(LedgerReader::books);
    }

    @Override
    public Map<String, SpoolView.Books> recount() throws LedgerException {
        return ask(LedgerReader::recount);
    }

    @Override
    public long unrouted() throws LedgerException {
        return ask(reader -> reader.database().number(LedgerReader.COUNT_UNROUTED));
    }

    @Override
    public long unassigned() throws LedgerException {
        return ask(reader -> reader.database().number(LedgerReader.COUNT_UNASSIGNED));
    }

    /** Closes the connections. A running query finishes first. A second call does nothing. */
    @Override
    public void close() {
        synchronized (idle) {
            if (closed) {
                return;
            }
            closed = true;
            idle.forEach(SqliteLedger::closeQuietly);
            idle.clear();
        }
        writing.lock();
        try {
            closeQuietly(writer); // the last connection: SQLite moves the write-ahead log into the database
        } finally {
            writing.unlock();
        }
    }

    private List<StoredInstance> stored(String sql, Object... values) throws LedgerException {
        return ask(reader -> reader.database().list(LedgerRows::stored, sql, values));
    }

    private interface Question<T> {
        T put(LedgerReader reader) throws SQLException;
    }

    /** Runs a query. No thread waits for another's query: if all connections are in use, this opens one more. */
    private <T> T ask(Question<T> question) throws LedgerException {
        LedgerReader reader = takeReader();
        boolean sound = false;
        try {
            T answer = question.put(reader);
            sound = true;
            return answer;
        } catch (SQLException e) {
            throw noted(file.failure("read", e));
        } finally {
            giveBack(reader, sound);
        }
    }

    private LedgerReader takeReader() throws LedgerException {
        synchronized (idle) {
            if (closed) {
                throw new LedgerException("the ledger is closed", null);
            }
            @Nullable LedgerReader reader = idle.pollFirst();
            if (reader != null) {
                return reader;
            }
        }
        try {
            return new LedgerReader(file.openForReading());
        } catch (LedgerException e) {
            throw noted(e);
        }
    }

    private void giveBack(LedgerReader reader, boolean sound) {
        synchronized (idle) {
            if (sound && !closed && idle.size() < IDLE_READERS) {
                idle.addFirst(reader);
                return;
            }
        }
        closeQuietly(reader);
    }

    private static void closeQuietly(AutoCloseable connection) {
        try {
            connection.close();
        } catch (Exception e) {
            LOG.atWarn().setCause(e).log("a connection to the ledger did not close cleanly; no data is lost");
        }
    }
}
