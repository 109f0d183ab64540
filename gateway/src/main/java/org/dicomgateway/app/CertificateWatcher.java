package org.dicomgateway.app;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.security.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has renewed certificates and keys taken up, within about two seconds. */
final class CertificateWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatcher.class);

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final TlsContexts contexts;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "certificate-watcher"));

    /** Looks at nothing before {@link #start}. */
    CertificateWatcher(TlsContexts contexts) {
        this.contexts = contexts;
    }

    void start() {
        ScheduledFuture<?> unused =
                thread.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            contexts.look();
        } catch (RuntimeException e) {
            LOG.error("certificates could not be looked at; trying again", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
