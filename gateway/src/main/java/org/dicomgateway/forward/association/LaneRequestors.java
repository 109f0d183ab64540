package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.function.Function;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.forward.health.PendingResponses;

/**
 * The requestors with which a lane calls its destination.
 *
 * @param patient waits for answers as long as the settings allow
 * @param hasty waits for any answer at most {@link PendingResponses#SUSPECT_AFTER}, and less if the settings say less
 */
public record LaneRequestors(Requestor patient, Requestor hasty) {

    public static LaneRequestors of(RequestorSettings settings, Function<RequestorSettings, Requestor> requestors) {
        RequestorSettings hasty = new RequestorSettings(
                bounded(settings.connectTimeout()),
                bounded(settings.associationTimeout()),
                bounded(settings.responseTimeout()),
                bounded(settings.writeTimeout()),
                bounded(settings.releaseTimeout()),
                settings.maxPduLength(),
                settings.tls());
        return new LaneRequestors(requestors.apply(settings), requestors.apply(hasty));
    }

    private static Duration bounded(Duration timeout) {
        return timeout.compareTo(PendingResponses.SUSPECT_AFTER) < 0 ? timeout : PendingResponses.SUSPECT_AFTER;
    }
}
