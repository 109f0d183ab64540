package org.dicomgateway.app;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dicomgateway.process.Threads;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Whereabouts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the ledger whether it has caught up with what was received, and never waits long for the answer. A ledger that
 * cannot be written to holds one thread, however often it is asked. Safe for any number of threads.
 */
final class CaughtUp {

    private static final Logger LOG = LoggerFactory.getLogger(CaughtUp.class);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Whereabouts spool;
    private Optional<CompletableFuture<Boolean>> asked = Optional.empty();

    CaughtUp(Whereabouts spool) {
        this.spool = spool;
    }

    /** Whether the ledger has everything that was received before this call; false when it does not say so soon. */
    synchronized boolean soon() {
        if (asked.filter(earlier -> !earlier.isDone()).isPresent()) {
            return false;
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> ask(answer), "admin-catch-up");
        thread.setDaemon(true);
        if (!Threads.start(thread)) {
            return false;
        }
        asked = Optional.of(answer);
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private void ask(CompletableFuture<Boolean> answer) {
        boolean caughtUp = false;
        try {
            spool.catchUp();
            caughtUp = true;
        } catch (SearchException e) {
            LOG.debug("the ledger has not caught up", e);
        } finally {
            answer.complete(caughtUp);
        }
    }
}
