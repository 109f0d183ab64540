package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.function.Function;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.forward.health.PendingResponses;

/**
 * What a lane calls its destination with.
 *
 * @param patient waits for answers as long as the settings say
 * @param hasty waits for any answer no longer than what makes a destination suspect
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
