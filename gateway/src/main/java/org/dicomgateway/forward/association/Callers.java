package org.dicomgateway.forward.association;

import java.time.Duration;
import java.util.function.Function;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.forward.health.Unanswered;

/**
 * What a lane calls its destination with.
 *
 * @param patient waits for answers as long as the settings say
 * @param hasty waits for any answer no longer than what makes a destination suspect
 */
public record Callers(Requestor patient, Requestor hasty) {

    public static Callers of(RequestorSettings settings, Function<RequestorSettings, Requestor> requestors) {
        RequestorSettings hasty = new RequestorSettings(
                bounded(settings.connectTimeout()),
                bounded(settings.associationTimeout()),
                bounded(settings.responseTimeout()),
                bounded(settings.writeTimeout()),
                bounded(settings.releaseTimeout()),
                settings.maxPduLength(),
                settings.tls());
        return new Callers(requestors.apply(settings), requestors.apply(hasty));
    }

    private static Duration bounded(Duration timeout) {
        return timeout.compareTo(Unanswered.SUSPECT_AFTER) < 0 ? timeout : Unanswered.SUSPECT_AFTER;
    }
}
