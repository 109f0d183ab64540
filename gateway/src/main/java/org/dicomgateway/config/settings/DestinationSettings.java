package org.dicomgateway.config.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;

/**
 * One server that receives deliveries.
 *
 * @param name its key under {@code destinations}, as routes and logs name it
 * @param peer AE title, host and port; empty: it gets instances over DICOMweb, see {@link #isWeb}
 * @param callingAe our AE title for it; empty: the AE title of the instance's sender ({@code preserve})
 * @param maxAssociations the maximum of open associations to it, including probes
 * @param weight its weight in weighted strategies, at least 1
 * @param requestor timeouts and PDU length
 * @param linger how long an idle association waits for more instances before it is released
 * @param maxBatch how many instances one association takes at once
 * @param retry when to try again, and when to park
 * @param breaker when to stop sending to the server for a while
 * @param probeInterval time between two C-ECHO to a server that has nothing to receive, or is down
 * @param schedule when instances may be sent to it
 * @param maxRate the maximum rate at which it gets instances
 * @param rest its REST API, when that is also checked
 * @param dicomWeb its DICOMweb services; without a {@code peer}, instances are stored over them, otherwise they only
 *     serve to check what it holds
 * @param verify whether the gateway checks that it holds what was delivered
 * @param commitment whether the gateway asks it for storage commitment
 * @param transforms what is changed in instances on their way to it, in this order; empty: nothing
 * @param transcode into which transfer syntaxes instances are brought that it does not take as they are
 */
public record DestinationSettings(
        String name,
        Optional<Peer> peer,
        Optional<AeTitle> callingAe,
        int maxAssociations,
        int weight,
        RequestorSettings requestor,
        Duration linger,
        int maxBatch,
        RetrySettings retry,
        BreakerSettings breaker,
        Duration probeInterval,
        Schedule schedule,
        RateLimit maxRate,
        Optional<RestSettings> rest,
        Optional<DicomWebSettings> dicomWeb,
        VerifySettings verify,
        CommitmentRequests commitment,
        List<TransformSettings> transforms,
        TranscodeSettings transcode) {

    /** Copies the list. */
    public DestinationSettings {
        transforms = List.copyOf(transforms);
    }

    /** Whether what is sent to it is de-identified, and so is another instance. */
    public boolean deidentifies() {
        return transforms.stream().anyMatch(transform -> transform.profile().isPresent());
    }

    /** Whether instances are stored over DICOMweb (STOW-RS, PS3.18 10.5), not by C-STORE. */
    public boolean isWeb() {
        return peer.isEmpty();
    }

    /** The host that is called. */
    public String host() {
        return peer.map(Peer::host)
                .orElseGet(() -> dicomWeb.map(web -> web.url().getHost()).orElse(""));
    }

    /** Where it is, for operators: AE title, host and port; or a URL, without a login. */
    public String address() {
        return peer.map(Peer::toString)
                .orElseGet(() -> dicomWeb.map(web -> web.url().toString()).orElse(""));
    }

    /**
     * Whether the gateway asks the server to commit the storage of what was delivered (PS3.4 Annex J).
     *
     * @param request whether it does
     * @param after how long after the last delivery of a study
     * @param deadline how long it waits for a report, before it asks again
     */
    public record CommitmentRequests(boolean request, Duration after, Duration deadline) {

        /** The server is not asked. */
        public static final CommitmentRequests NONE =
                new CommitmentRequests(false, Duration.ofMinutes(2), Duration.ofHours(24));
    }

    /**
     * DICOMweb services (PS3.18).
     *
     * @param url the base of STOW-RS, QIDO-RS and WADO-RS, http or https, without a login
     * @param login user and password; empty: none
     * @param bearer where the bearer token comes from; empty: none. Never together with {@code login}
     * @param whenExists what happens when the server says that it has the instance already
     * @param maxRequest how much goes into one request of STOW-RS; a larger instance goes alone
     */
    public record DicomWebSettings(
            URI url,
            Optional<RestSettings.Login> login,
            Optional<BearerSource> bearer,
            WhenExists whenExists,
            DataSize maxRequest) {}

    /** Where bearer tokens come from (RFC 6750). */
    public sealed interface BearerSource {

        /** A file with the token, which another program renews. */
        record TokenFile(Path file) implements BearerSource {}

        /**
         * An authorization server (RFC 6749 4.4).
         *
         * @param secretFile contains the client secret
         * @param scope the scope to ask for; empty: the server's default
         */
        record ClientCredentials(URI tokenUrl, String clientId, Path secretFile, Optional<String> scope)
                implements BearerSource {}
    }

    /** What happens when a server says that it has the instance already. */
    public enum WhenExists {
        /** Its copy is read and compared: the same is a delivery, other content is parked. */
        COMPARE,
        /** Its copy is read and compared; other content is deleted there, and the instance is sent again. */
        REPLACE,
        /** What it has stays, whatever it is: this counts as a delivery. */
        KEEP
    }

    /**
     * Exponential backoff of one delivery that the server refused.
     *
     * @param initialDelay the delay before the second attempt
     * @param maxDelay the upper bound of the growing delay
     * @param maxAttempts after this many refused attempts, the delivery is parked
     */
    public record RetrySettings(Duration initialDelay, Duration maxDelay, int maxAttempts) {}

    /**
     * When the gateway stops sending to a failing server for a while.
     *
     * @param failures this many consecutive failures of the server itself open the breaker
     * @param initialPause how long it stays open the first time; doubles with each failed probe
     * @param maxPause the upper bound of the growing pause
     */
    public record BreakerSettings(int failures, Duration initialPause, Duration maxPause) {}
}
