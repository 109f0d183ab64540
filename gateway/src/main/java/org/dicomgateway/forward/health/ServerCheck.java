package org.dicomgateway.forward.health;

import java.util.Optional;
import org.dicomgateway.config.settings.DestinationSettings;

/** Asks a server about itself other than by DICOM, for example by the REST API of an Orthanc. */
@FunctionalInterface
public interface ServerCheck {

    /** Asks no server. */
    ServerCheck NONE = destination -> Optional.empty();

    /**
     * Asks one destination, in a thread only for such checks. Must end in bounded time.
     *
     * @return empty when the destination cannot be asked; when the server does not answer, a report with an error
     */
    Optional<ServerReport> check(DestinationSettings destination);
}
