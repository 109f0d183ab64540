package org.dicomgateway.forward.web;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.orthanc.SopResults;
import org.dicomgateway.orthanc.SopResults.Result;
import org.dicomgateway.orthanc.WebAccess;

/**
 * The table of what an answer to STOW-RS means: HTTP statuses (PS3.18 10.5.3, RFC 9110) and the Failure Reason of the
 * instance (PS3.18 I.2.2). The instance's own result counts before the status; success needs both.
 */
final class StowTable {

    static final int TOO_MANY_REQUESTS = 429;
    private static final int INSUFFICIENT_STORAGE = 507;
    /** Failure Reason: transfer syntax not supported (PS3.18 I.2.2). */
    private static final int TRANSFER_SYNTAX_NOT_SUPPORTED = 0xC122;
    /** Failure Reason of Azure, in decimal 45070: it has the instance already. */
    private static final int AZURE_DUPLICATE = 0xB00E;
    /** How long a server is left alone that is too busy and does not say for how long. */
    static final Duration BUSY = Duration.ofSeconds(5);

    private StowTable() {}

    /** Whether it says that the server has the instance already. What it has is to be found out. */
    static boolean isDuplicate(int status, Optional<Result> result) {
        boolean named = result.filter(it -> !it.stored()
                        && (it.code() == DimseStatus.DUPLICATE_SOP_INSTANCE || it.code() == AZURE_DUPLICATE))
                .isPresent();
        return named || isBareConflict(status, result);
    }

    /**
     * A conflict without a reason, or with one that says nothing: nothing was stored (PS3.18 10.5.3), and that it has
     * the instance is a guess. Google answers so to other content, and to what it cannot read.
     */
    static boolean isBareConflict(int status, Optional<Result> result) {
        return status == HttpURLConnection.HTTP_CONFLICT
                && result.map(it -> !it.stored()
                                && (it.code() == DimseStatus.PROCESSING_FAILURE || it.code() == SopResults.NO_REASON))
                        .orElse(true);
    }

    /**
     * The outcome, unless it is a duplicate or a refused login.
     *
     * @param retryAfter the header {@code Retry-After}; empty when there is none
     * @return empty when the answer does not say what became of the instance
     */
    static Optional<Outcome> of(int status, Optional<Result> result, Optional<String> retryAfter, Instant now) {
        if (result.isPresent()) {
            return result.get().stored()
                    ? stored(status, result.get())
                    : Optional.of(ofReason(result.get().code()));
        }
        String code = "HTTP " + status;
        return switch (status) {
            case TOO_MANY_REQUESTS ->
                // A time that is over is that of a clock that is wrong: without a pause, this would go on and on.
                Optional.of(new Unavailable(
                        code + " too many requests",
                        WebAccess.retryAfter(retryAfter, now)
                                .filter(wait -> !wait.isZero())
                                .orElse(BUSY),
                        false));
            case HttpURLConnection.HTTP_UNAVAILABLE ->
                Optional.of(new Unavailable(
                        code + " service unavailable",
                        WebAccess.retryAfter(retryAfter, now).orElse(Duration.ZERO),
                        true));
            case HttpURLConnection.HTTP_FORBIDDEN ->
                Optional.of(refused(code + " forbidden: it does not allow this login to store; check its permissions"));
            case HttpURLConnection.HTTP_NOT_FOUND,
                    HttpURLConnection.HTTP_BAD_METHOD,
                    HttpURLConnection.HTTP_GONE,
                    HttpURLConnection.HTTP_NOT_IMPLEMENTED ->
                Optional.of(failing(code + ": there is no STOW-RS at this address; check dicomweb.url"));
            case HttpURLConnection.HTTP_NOT_ACCEPTABLE ->
                Optional.of(failing(code + ": it answers neither in DICOM JSON nor in DICOM XML"));
            case HttpURLConnection.HTTP_CLIENT_TIMEOUT -> Optional.of(failing(code + ": it waited for data"));
            // From a proxy: the server behind it may have the instance, or may have failed because of it.
            case HttpURLConnection.HTTP_BAD_GATEWAY, HttpURLConnection.HTTP_GATEWAY_TIMEOUT -> Optional.empty();
            case HttpURLConnection.HTTP_ENTITY_TOO_LARGE ->
                Optional.of(new Impossible(Outcome.NO_STATUS, code + ": the instance is too large for it"));
            case HttpURLConnection.HTTP_UNSUPPORTED_TYPE ->
                Optional.of(new Impossible(
                        Outcome.NO_STATUS, code + " unsupported media type: it does not take this transfer syntax"));
            case INSUFFICIENT_STORAGE -> Optional.of(refused(code + " insufficient storage"));
            default -> ofClass(status, code);
        };
    }

    private static Optional<Outcome> ofClass(int status, String code) {
        return switch (status / 100) {
            case 3 ->
                Optional.of(failing(code + ": it sends requests elsewhere, and the gateway does not follow; write the"
                        + " right address in dicomweb.url"));
            case 4 -> Optional.of(refused(code + ", without a reason for the instance"));
            case 5 -> Optional.of(refused(code + ", without a reason for the instance; see that server's log"));
            default -> Optional.empty();
        };
    }

    /** A success that the status contradicts is none. */
    private static Optional<Outcome> stored(int status, Result result) {
        boolean agreed = status == HttpURLConnection.HTTP_OK || status == HttpURLConnection.HTTP_ACCEPTED;
        return agreed ? Optional.of(new Delivered(result.code())) : Optional.empty();
    }

    private static Outcome ofReason(int reason) {
        if (reason == SopResults.NO_REASON) {
            return refused("it failed to store the instance, and gives no Failure Reason");
        }
        if (reason == TRANSFER_SYNTAX_NOT_SUPPORTED) {
            return new Impossible(reason, DimseStatus.format(reason) + " transfer syntax not supported");
        }
        Outcome outcome = OutcomeTable.ofStatus(reason);
        // Some servers give reasons that C-STORE knows as warnings: in this place they are failures.
        return outcome instanceof Delivered
                ? new Refused(reason, "failed with the reason " + DimseStatus.format(reason))
                : outcome;
    }

    /** Whether a proxy answered in place of the server. */
    static boolean isOfProxy(int status) {
        return status == HttpURLConnection.HTTP_BAD_GATEWAY || status == HttpURLConnection.HTTP_GATEWAY_TIMEOUT;
    }

    private static Outcome failing(String reason) {
        return new Unavailable(reason, Duration.ZERO, true);
    }

    private static Outcome refused(String reason) {
        return new Refused(Outcome.NO_STATUS, reason);
    }
}
