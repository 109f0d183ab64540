package org.dicomgateway.forward.association;

import java.time.Duration;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.forward.health.PendingResponses;

/**
 * The connectors with which a lane calls its destination.
 *
 * @param patient waits for answers as long as the settings allow
 * @param hasty waits for any answer at most {@link PendingResponses#SUSPECT_AFTER}, and less if the settings say less
 */
public record LaneConnectors(Connector patient, Connector hasty) {

    public static LaneConnectors of(DestinationSettings destination, Connector.Factory connectors) {
        RequestorSettings settings = destination.requestor();
        RequestorSettings hasty = new RequestorSettings(
                bounded(settings.connectTimeout()),
                bounded(settings.associationTimeout()),
                bounded(settings.responseTimeout()),
                bounded(settings.writeTimeout()),
                bounded(settings.releaseTimeout()),
                settings.maxPduLength(),
                settings.tls());
        return new LaneConnectors(connectors.to(destination, settings), connectors.to(destination, hasty));
    }

    private static Duration bounded(Duration timeout) {
        return timeout.compareTo(PendingResponses.SUSPECT_AFTER) < 0 ? timeout : PendingResponses.SUSPECT_AFTER;
    }
}
