package org.dicomgateway.testkit;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BearerSource;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.RestSettings;
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

    /** Over DICOMweb, with short limits. */
    public static DestinationSettings web(String name, DicomWebSettings web) {
        Duration timeout = Duration.ofSeconds(2);
        return web(name, web, new RequestorSettings(timeout, timeout, timeout, timeout, timeout, 16384));
    }

    /** Over DICOMweb. */
    public static DestinationSettings web(String name, DicomWebSettings web, RequestorSettings requestor) {
        Duration timeout = Duration.ofSeconds(2);
        return new DestinationSettings(
                name,
                Optional.empty(),
                Optional.of(AeTitle.of("GATEWAY")),
                2,
                1,
                requestor,
                timeout,
                10,
                new RetrySettings(timeout, timeout, 4),
                new BreakerSettings(3, timeout, timeout),
                timeout,
                Schedule.ALWAYS,
                RateLimit.UNLIMITED,
                Optional.empty(),
                Optional.of(web),
                VerifySettings.NONE,
                DestinationSettings.CommitmentRequests.NONE,
                List.of(),
                TranscodeSettings.NEVER);
    }

    /** DICOMweb services that get requests of the usual size. */
    public static DicomWebSettings dicomWeb(
            URI url, Optional<RestSettings.Login> login, Optional<BearerSource> bearer, WhenExists whenExists) {
        return new DicomWebSettings(url, login, bearer, whenExists, DataSize.ofMebibytes(100));
    }
}
