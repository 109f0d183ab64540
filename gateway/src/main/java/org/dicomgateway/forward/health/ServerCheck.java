package org.dicomgateway.forward.health;

import java.util.Optional;
import org.dicomgateway.config.settings.DestinationSettings;

/** Asks a server about itself by another way than DICOM, such as the REST API of an Orthanc. */
@FunctionalInterface
public interface ServerCheck {

    /** Nobody is asked. */
    ServerCheck NONE = destination -> Optional.empty();

    /**
     * Asks one destination, in a thread for such checks alone; bounded in time.
     *
     * @return empty when there is nobody to ask; a server that does not answer is a report with an error
     */
    Optional<ServerReport> check(DestinationSettings destination);
}
