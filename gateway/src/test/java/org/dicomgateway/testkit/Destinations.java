package org.dicomgateway.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;

/** Destinations that are always open and take any rate, and are never asked what they hold. */
public final class Destinations {

    private Destinations() {}

    /** With these settings. */
    public static DestinationSettings of(
            String name,
            Peer peer,
            Optional<AeTitle> callingAe,
            int maxAssociations,
            int weight,
            RequestorSettings requestor,
            Duration linger,
            int maxBatch,
            RetrySettings retry,
            BreakerSettings breaker,
            Duration probeInterval) {
        return new DestinationSettings(
                name,
                Optional.of(peer),
                callingAe,
                maxAssociations,
                weight,
                requestor,
                linger,
                maxBatch,
                retry,
                breaker,
                probeInterval,
                Schedule.ALWAYS,
                RateLimit.UNLIMITED,
                Optional.empty(),
                Optional.empty(),
                VerifySettings.NONE,
                DestinationSettings.CommitmentRequests.NONE,
                List.of(),
                TranscodeSettings.NEVER);
    }
}
