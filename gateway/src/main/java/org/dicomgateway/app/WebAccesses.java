package org.dicomgateway.app;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.TlsContexts;

/** How each destination is called over DICOMweb: one login and one HTTP client, for deliveries and for checks. */
final class WebAccesses implements Function<DestinationSettings, WebAccess> {

    private record Known(DestinationSettings settings, WebAccess access) {}

    private final TlsContexts tls;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    WebAccesses(TlsContexts tls) {
        this.tls = tls;
    }

    /** The same one until the settings change. */
    @Override
    public WebAccess apply(DestinationSettings destination) {
        return known.compute(
                        destination.name(),
                        (name, before) -> before != null && before.settings.equals(destination)
                                ? before
                                : new Known(destination, WebAccess.to(destination, tls)))
                .access;
    }
}
