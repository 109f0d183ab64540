package org.dicomgateway.forward.web;

import java.net.URI;
import java.time.InstantSource;
import java.util.Collection;
import java.util.function.Function;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.forward.association.Connector;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.orthanc.WebAccess;

/** Stores over DICOMweb (STOW-RS, PS3.18 10.5). For any number of threads. */
public final class StowConnector implements Connector {

    private final URI base;
    private final WebAccess access;
    private final RequestorSettings timeouts;
    private final RequestLimit limit;
    private final ExistingCopies existing;
    private final InstantSource clock;

    /**
     * Asks nobody before a connection is used.
     *
     * @param timeouts of each request: to connect, for the server to take more, and for its answer
     * @param held compares what the server says that it has already
     */
    public StowConnector(
            DestinationSettings destination,
            WebAccess access,
            RequestorSettings timeouts,
            HeldCopy held,
            InstantSource clock) {
        DicomWebSettings web = destination.dicomWeb().orElseThrow();
        this.base = URI.create(web.url().toString().replaceAll("/+$", "") + "/");
        this.access = access;
        this.timeouts = timeouts;
        this.limit = new RequestLimit(web.maxRequest().bytes(), clock);
        this.existing = new ExistingCopies(destination, web.whenExists(), held);
        this.clock = clock;
    }

    /** Connectors to DICOMweb services. */
    public static Factory by(Function<DestinationSettings, WebAccess> accesses, HeldCopy held, InstantSource clock) {
        return (destination, timeouts) ->
                new StowConnector(destination, accesses.apply(destination), timeouts, held, clock);
    }

    @Override
    public StoreConnection open(AeTitle calling, Collection<PresentationPair> pairs) {
        return new StowConnection(new WebCaller(base, access, timeouts), limit, existing, clock);
    }

    @Override
    public boolean callsToOpen() {
        return false;
    }
}
