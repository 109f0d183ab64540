package org.dicomgateway.app;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Books;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the destinations by whoever chooses among them, from memory: the ledger writes while it asks, and
 * cannot be read for each choice, so the books are those of a moment ago. While the spool is opened there is nobody to
 * ask yet, and no destination can be used: what needs a choice waits for the lanes.
 */
final class DestinationStatusCache implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DestinationStatusCache.class);

    private static final Duration BOOKS_AGE = Duration.ofMillis(250);

    private final Repeating looking = new Repeating("destination-status", BOOKS_AGE, this::look);
    private volatile Supplier<Map<String, DestinationStatus>> prospects = Map::of;
    private volatile Supplier<Map<String, Books>> source = Map::of;
    private volatile Map<String, Books> books = Map.of();
    private volatile boolean asked = true;

    /** From now on asks these. */
    void ask(SpoolView spool, Forwarder forwarder) {
        source = spool::books;
        books = spool.books();
        prospects = forwarder::prospects;
        looking.start();
    }

    LongLived thread() {
        return looking.thread();
    }

    /** Nothing, as long as nobody wanted to know since the last time. */
    private void look() {
        if (asked) {
            asked = false;
            try {
                books = source.get();
            } catch (RuntimeException e) {
                LOG.debug("the books cannot be read; the last ones are good enough to choose by", e);
            }
        }
    }

    Map<String, DestinationStatus> prospects() {
        return prospects.get();
    }

    long pendingBytes(String destination) {
        asked = true;
        return Optional.ofNullable(books.get(destination))
                .map(Books::pendingBytes)
                .orElse(0L);
    }

    @Override
    public void close() {
        looking.close();
    }
}
