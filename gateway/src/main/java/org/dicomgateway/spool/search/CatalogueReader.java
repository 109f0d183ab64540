package org.dicomgateway.spool.search;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;
import org.dicomgateway.spool.SpoolSearch.FoundStudy;
import org.dicomgateway.spool.SpoolSearch.Page;
import org.dicomgateway.spool.SpoolSearch.Story;
import org.dicomgateway.spool.SpoolView.StudyPart;
import org.dicomgateway.spool.sqlite.Statements;

/**
 * Searches on one connection. Each search is one transaction and therefore sees one state. For one thread at a time.
 */
final class CatalogueReader implements AutoCloseable {

    private final Statements database;
    private volatile long end;

    /** Takes over the connection. */
    CatalogueReader(Statements database) throws SQLException {
        this.database = database;
        database.interruptWhen(() -> System.nanoTime() - end >= 0);
    }

    /** Sets the time limit of the next query; after it, the query is interrupted. */
    void mayTake(Duration duration) {
        end = System.nanoTime() + duration.toNanos();
    }

    /** Handles a matching candidate. */
    private interface Taker {
        /**
         * Takes a candidate.
         *
         * @param row has the columns of {@link SearchSql#instances}
         * @return whether the page is full
         */
        boolean take(long id, ResultSet row) throws SQLException;
    }

    Page<FoundInstance> instances(Search search, SearchCursor after, int limit, BooleanSupplier late)
            throws SQLException {
        return reading(rows -> instances(rows, received(search), after, limit, late));
    }

    private Page<FoundInstance> instances(
            FoundRows rows, Search search, SearchCursor after, int limit, BooleanSupplier late) throws SQLException {
        List<Long> ids = new ArrayList<>();
        Optional<SearchCursor> next = walk(search, after, late, (id, row) -> {
            ids.add(id);
            return ids.size() == limit;
        });
        return new Page<>(rows.instances(ids), next.map(SearchCursor::toString));
    }

    Page<Story> stories(Search search, SearchCursor after, int limit, BooleanSupplier late) throws SQLException {
        return reading(rows -> {
            Page<FoundInstance> found = instances(rows, received(search), after, limit, late);
            List<Story> stories = new ArrayList<>();
            for (FoundInstance instance : found.items()) {
                stories.add(rows.story(instance));
            }
            return new Page<>(stories, found.next());
        });
    }

    Page<FoundDelivery> deliveries(Search asked, SearchCursor after, int limit, BooleanSupplier late)
            throws SQLException {
        return reading(rows -> {
            Search search = received(asked);
            List<Long> ids = new ArrayList<>();
            // Each instance has at least one matching delivery, unless it is held because no route applies to it.
            Optional<SearchCursor> next = walk(search, after, late, (id, row) -> {
                ids.add(id);
                return ids.size() == limit;
            });
            List<FoundDelivery> found = new ArrayList<>();
            for (FoundInstance instance : rows.instances(ids)) {
                for (FoundDelivery delivery : lastFirst(instance)) {
                    if (after.isBehind(delivery.id()) || !means(search, delivery)) {
                        continue;
                    } else if (found.size() == limit) {
                        return new Page<>(
                                found,
                                Optional.of(SearchCursor.with(instance.instance(), delivery)
                                        .toString()));
                    }
                    found.add(delivery);
                }
            }
            return new Page<>(found, next.map(SearchCursor::toString));
        });
    }

    private static List<FoundDelivery> lastFirst(FoundInstance instance) {
        List<FoundDelivery> deliveries = new ArrayList<>(instance.deliveries());
        Collections.reverse(deliveries);
        return deliveries;
    }

    /** A search for the SOP Instance UID under which a destination was sent an instance finds the received one. */
    private Search received(Search search) throws SQLException {
        if (search.instance().isEmpty()) {
            return search;
        }
        List<String> received = database.list(row -> row.getString(1), RECEIVED, search.instance());
        return received.isEmpty() ? search : search.ofInstance(received.get(0));
    }

    /**
     * Walks through the candidates until the page is full or the time is over.
     *
     * @return where to continue; empty when there are no more candidates
     */
    private Optional<SearchCursor> walk(Search search, SearchCursor after, BooleanSupplier late, Taker taker)
            throws SQLException {
        String sql = SearchSql.of(search).instances();
        long last = -1;
        try (ResultSet row = database.query(sql, SearchSql.values(search, after.millis(), after.below()))) {
            while (row.next()) {
                long id = row.getLong(1);
                long millis = row.getLong(2);
                boolean full = id != last && row.getBoolean(4) && taker.take(id, row);
                last = id;
                if (full || late.getAsBoolean()) {
                    return Optional.of(SearchCursor.behind(millis, id));
                }
            }
        }
        return Optional.empty();
    }

    StudyPart part(String study, long after) throws SQLException {
        return reading(rows -> rows.part(study, after));
    }

    Page<FoundStudy> studies(Search asked, SearchCursor after, int limit, BooleanSupplier late) throws SQLException {
        return reading(rows -> {
            Search search = received(asked);
            return asksForSeriesOnly(search)
                    ? studiesBySeries(rows, search, after, limit, late)
                    : studiesByInstance(rows, search, after, limit, late);
        });
    }

    private Page<FoundStudy> studiesByInstance(
            FoundRows rows, Search search, SearchCursor after, int limit, BooleanSupplier late) throws SQLException {
        List<FoundStudy> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Optional<SearchCursor> next = walk(search, after, late, (id, row) -> {
            String study = row.getString(3);
            // Studies on earlier pages have a newer matching instance there.
            if (seen.add(study) && database.number(SearchSql.firstOfStudy(), SearchSql.values(search, 0, id)) == 1) {
                rows.study(study).ifPresent(found::add);
            }
            return found.size() == limit;
        });
        return new Page<>(found, next.map(SearchCursor::toString));
    }

    private Page<FoundStudy> studiesBySeries(
            FoundRows rows, Search search, SearchCursor after, int limit, BooleanSupplier late) throws SQLException {
        List<FoundStudy> found = new ArrayList<>();
        try (ResultSet row = database.query(SearchSql.studies(search), SearchSql.values(search, 0, after.id()))) {
            while (row.next()) {
                if (row.getBoolean(3)) {
                    rows.study(row.getString(2)).ifPresent(found::add);
                }
                if (found.size() == limit || late.getAsBoolean()) {
                    return new Page<>(
                            found,
                            Optional.of(SearchCursor.behind(0, row.getLong(1)).toString()));
                }
            }
        }
        return new Page<>(found, Optional.empty());
    }

    Optional<Story> story(long instanceId) throws SQLException {
        return reading(rows -> rows.story(instanceId));
    }

    Optional<FoundInstance> instance(long instanceId) throws SQLException {
        return reading(rows -> rows.instance(instanceId));
    }

    Map<String, Instant> oldestWaiting() throws SQLException {
        return reading(rows -> {
            Map<String, Instant> oldest = new HashMap<>();
            try (ResultSet row = database.query(OLDEST)) {
                while (row.next()) {
                    oldest.put(row.getString(1), Instant.ofEpochMilli(row.getLong(2)));
                }
            }
            return oldest;
        });
    }

    /** Asks a question about found rows. */
    private <T> T reading(Question<FoundRows, T> question) throws SQLException {
        return inOneState(same -> question.put(new FoundRows(same)));
    }

    /** Asks a question about one state of the ledger. */
    <T> T inOneState(Question<Statements, T> question) throws SQLException {
        database.update("BEGIN");
        try {
            return question.put(database);
        } finally {
            database.update("COMMIT");
        }
    }

    /** What is asked of a source of answers. */
    @FunctionalInterface
    interface Question<S, T> {
        T put(S source) throws SQLException;
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }

    static final String OLDEST = """
            SELECT b.destination, i.received_at
            FROM books b CROSS JOIN instance i
              ON i.id = (SELECT d.id FROM delivery d INDEXED BY delivery_waiting
                         WHERE d.state = 0 AND d.destination = b.destination ORDER BY d.id LIMIT 1) / 1024
            WHERE b.pending > 0""";

    /** Whether this delivery of a matching instance matches. {@link SearchSql#DELIVERY_MEANT} must define the same. */
    private static boolean means(Search search, FoundDelivery delivery) {
        return (search.route().isEmpty() || search.route().equals(delivery.route()))
                && (search.destination().isEmpty()
                        || delivery.destination()
                                .filter(search.destination()::equals)
                                .isPresent())
                && (search.state().isEmpty() || search.state().get() == delivery.state());
    }

    /** Whether the search matches either all instances of a series or none. */
    private static boolean asksForSeriesOnly(Search search) {
        return search.route().isEmpty()
                && search.destination().isEmpty()
                && search.state().isEmpty()
                && search.instance().isEmpty()
                && search.from().isEmpty()
                && search.to().isEmpty();
    }

    /** One that was received under this UID itself is the one that is meant. */
    public static final String RECEIVED = """
            SELECT i.sop_instance FROM sent_as a INDEXED BY sent_as_by_sop CROSS JOIN instance i ON i.id = a.delivery / 1024
            WHERE a.sop_instance = ?1
              AND NOT EXISTS (SELECT 1 FROM instance n INDEXED BY instance_by_sop WHERE n.sop_instance = ?1)
            LIMIT 1""";
}
