package org.dicomgateway.app;

import java.time.Duration;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.security.TlsContexts;

/** Watches certificates and keys, so that renewed ones are in force within about two seconds. */
final class CertificateWatcher implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Repeating looking;

    /** Creates the watcher. It looks at nothing before {@link #start}. */
    CertificateWatcher(TlsContexts contexts) {
        looking = new Repeating("certificate-watcher", INTERVAL, contexts::look);
    }

    void start() {
        looking.start();
    }

    LongLived thread() {
        return looking.thread();
    }

    @Override
    public void close() {
        looking.close();
    }
}
