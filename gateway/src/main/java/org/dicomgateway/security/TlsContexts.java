package org.dicomgateway.security;

import java.lang.ref.WeakReference;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The TLS contexts in use: one for equal settings. A context that is no longer referenced is dropped, so a caller
 * must keep a reference to it. For any number of threads.
 */
public final class TlsContexts {

    private final Map<TlsSettings, WeakReference<TlsContext>> contexts = new ConcurrentHashMap<>();
    private final InstantSource clock;

    /** Creates an empty set of contexts. */
    public TlsContexts(InstantSource clock) {
        this.clock = clock;
    }

    /** The context for these settings. The first call reads its files. */
    public synchronized TlsContext of(TlsSettings settings) {
        WeakReference<TlsContext> known = contexts.get(settings);
        @Nullable TlsContext context = known == null ? null : known.get();
        if (context == null) {
            context = new TlsContext(settings);
            contexts.put(settings, new WeakReference<>(context));
        }
        return context;
    }

    /** Loads renewed files, see {@link TlsContext}. Call this method about once per second. */
    public void look() {
        contexts.values().removeIf(context -> context.get() == null);
        inUse().forEach(context -> context.look(clock.instant()));
    }

    /** The gateway's own certificates, the earliest to expire first. */
    public List<CertificateStatus> certificates() {
        return inUse().map(TlsContext::certificate)
                .flatMap(Optional::stream)
                .distinct()
                .sorted(Comparator.comparing(CertificateStatus::notAfter).thenComparing(CertificateStatus::file))
                .toList();
    }

    private Stream<TlsContext> inUse() {
        return contexts.values().stream().map(WeakReference::get).flatMap(Stream::ofNullable);
    }
}
