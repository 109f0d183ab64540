package org.dicomgateway.spool.search;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch;
import org.dicomgateway.spool.SpoolView.StudyPart;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.search.CatalogueReader.Question;
import org.dicomgateway.spool.sqlite.CommitmentRows;
import org.dicomgateway.spool.sqlite.CopyRows;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.sqlite.Statements;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the operators' searches in the ledger without disturbing the data path. The searches have their own connections,
 * few run at a time, and each has a time limit. A search ends its page by itself when its time is over. A search that
 * hangs in a single step is interrupted.
 */
public final class Catalogue implements SpoolSearch, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
    private static final int AT_ONCE = 2;
    private static final Duration LOOKING = Duration.ofMillis(40);
    private static final Duration STUCK = Duration.ofSeconds(2);
    private static final Duration WAITING = Duration.ofSeconds(5);

    private final LedgerFile file;
    private final Duration looking;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Deque<CatalogueReader> idle = new ArrayDeque<>();
    private boolean closed;

    /** Opens no connection before the first search. */
    public Catalogue(LedgerFile file) {
        this(file, LOOKING);
    }

    /**
     * Sets the time limit.
     *
     * @param looking how long a search runs before it ends its page
     */
    public Catalogue(LedgerFile file, Duration looking) {
        this.file = file;
        this.looking = looking;
    }

    @Override
    public Page<FoundInstance> instances(Search search, Optional<String> after, int limit) {
        SearchCursor cursor = SearchCursor.of(after);
        return ask(reader -> reader.instances(search, cursor, limit, late()));
    }

    @Override
    public Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit) {
        SearchCursor cursor = SearchCursor.of(after);
        return ask(reader -> reader.deliveries(search, cursor, limit, late()));
    }

    @Override
    public Page<FoundStudy> studies(Search search, Optional<String> after, int limit) {
        SearchCursor cursor = SearchCursor.of(after);
        return ask(reader -> reader.studies(search, cursor, limit, late()));
    }

    @Override
    public Optional<Story> story(long instanceId) {
        return ask(reader -> reader.story(instanceId));
    }

    @Override
    public Page<Story> stories(Search search, Optional<String> after, int limit) {
        SearchCursor cursor = SearchCursor.of(after);
        return ask(reader -> reader.stories(search, cursor, limit, late()));
    }

    /** Finds an instance and its deliveries. */
    public Optional<FoundInstance> instance(long instanceId) {
        return ask(reader -> reader.instance(instanceId));
    }

    @Override
    public Map<String, Instant> oldestWaiting() {
        return ask(CatalogueReader::oldestWaiting);
    }

    /** See {@link org.dicomgateway.spool.Copies#due}. */
    public List<Copy> dueCopies(String destination, Instant now, int max) {
        return read(database -> CopyRows.due(database, destination, now, max));
    }

    /** See {@link org.dicomgateway.spool.Copies#copies}. */
    public List<Copy> copies(List<Long> deliveries) {
        return read(database -> CopyRows.of(database, deliveries));
    }

    /** See {@link org.dicomgateway.spool.Copies#ofInstance}. */
    public List<Copy> copiesOfInstance(long instance) {
        return read(database -> CopyRows.ofInstance(database, instance));
    }

    /** See {@link org.dicomgateway.spool.SpoolView#copyCounts}. */
    public Map<String, Map<CopyState, Long>> copyCounts() {
        return read(CopyRows::counts);
    }

    /** See {@link org.dicomgateway.spool.SpoolView#part}. */
    public StudyPart part(String study, long afterId) {
        return ask(reader -> reader.part(study, afterId));
    }

    /** See {@link CopyCommitments#owed}. */
    public List<CopyCommitments.Owed> owed(String destination, Instant until, int max) {
        return read(database -> CommitmentRows.owed(database, destination, until, max));
    }

    /** See {@link CopyCommitments#debts}. */
    public Map<String, CopyCommitments.Debt> debts() {
        return read(CommitmentRows::debts);
    }

    private BooleanSupplier late() {
        long end = System.nanoTime() + looking.toNanos();
        return () -> System.nanoTime() - end >= 0;
    }

    private <T> T read(Question<Statements, T> question) {
        return ask(reader -> reader.inOneState(question));
    }

    private <T> T ask(Question<CatalogueReader, T> question) {
        waitForPlace();
        @Nullable CatalogueReader reader = null;
        boolean sound = false;
        try {
            reader = take();
            reader.mayTake(STUCK);
            T answer = question.put(reader);
            sound = true;
            return answer;
        } catch (SQLException e) {
            throw new SearchException(String.valueOf(file.failure("searched", e).getMessage()), e);
        } catch (LedgerException e) {
            throw new SearchException(String.valueOf(e.getMessage()), e);
        } finally {
            if (reader != null) {
                giveBack(reader, sound);
            }
            places.release();
        }
    }

    private void waitForPlace() {
        try {
            if (!places.tryAcquire(WAITING.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new SearchException("too many searches at the same time; try again", new IllegalStateException());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SearchException("the search was interrupted", e);
        }
    }

    private CatalogueReader take() throws LedgerException, SQLException {
        synchronized (idle) {
            if (closed) {
                throw new LedgerException("the ledger is closed", null);
            }
            @Nullable CatalogueReader reader = idle.pollFirst();
            if (reader != null) {
                return reader;
            }
        }
        return new CatalogueReader(file.openForReading());
    }

    private void giveBack(CatalogueReader reader, boolean sound) {
        synchronized (idle) {
            if (sound && !closed) {
                idle.addFirst(reader);
                return;
            }
        }
        closeQuietly(reader);
    }

    /** Closes the connections. A running search ends by itself. */
    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            idle.forEach(Catalogue::closeQuietly);
            idle.clear();
        }
    }

    private static void closeQuietly(CatalogueReader reader) {
        try {
            reader.close();
        } catch (SQLException e) {
            LOG.warn("a search connection to the ledger did not close cleanly; no data is lost", e);
        }
    }
}
