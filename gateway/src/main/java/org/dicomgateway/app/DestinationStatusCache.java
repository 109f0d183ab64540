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
 * What the dispatcher knows about the destinations, from memory. The ledger writes what is pending before it reads, so
 * it cannot be read for each choice: the books are a moment old. Until the spool is open, there is no source, and no
 * destination can be used: deliveries that need a choice wait for the lanes.
 */
final class DestinationStatusCache implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DestinationStatusCache.class);

    private static final Duration BOOKS_AGE = Duration.ofMillis(250);

    private final Repeating looking = new Repeating("destination-status", BOOKS_AGE, this::look);
    private volatile Supplier<Map<String, DestinationStatus>> prospects = Map::of;
    private volatile Supplier<Map<String, Books>> source = Map::of;
    private volatile Map<String, Books> books = Map.of();
    private volatile boolean asked = true;

    /** Uses these sources from now on. */
    void ask(SpoolView spool, Forwarder forwarder) {
        source = spool::books;
        books = spool.books();
        prospects = forwarder::prospects;
        looking.start();
    }

    LongLived thread() {
        return looking.thread();
    }

    /** Reads the books again, if they were used since the last time. */
    private void look() {
        if (asked) {
            asked = false;
            try {
                books = source.get();
            } catch (RuntimeException e) {
                LOG.debug("the books cannot be read; the last ones are good enough to choose a destination", e);
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
