package org.dicomgateway.forward.web;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.forward.web.WebCaller.NoLoginException;
import org.dicomgateway.orthanc.BoundedBody;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox.SentAs;
import org.jspecify.annotations.Nullable;

/** What becomes of a delivery when the server says that it has the instance already. For any number of threads. */
final class ExistingCopies {

    private static final int STATUS = DimseStatus.DUPLICATE_SOP_INSTANCE;
    private static final int REMEMBERED = 10_000;

    private final DestinationSettings destination;
    private final WhenExists whenExists;
    private final HeldCopy held;
    /** Deliveries for which other content was deleted. A server that still has it would be sent them for ever. */
    private final Set<Long> replaced = RequestLimit.recent(REMEMBERED);

    ExistingCopies(DestinationSettings destination, WhenExists whenExists, HeldCopy held) {
        this.destination = destination;
        this.whenExists = whenExists;
        this.held = held;
    }

    /**
     * The server has the instance, by what it says.
     *
     * @param caller with which it is told to delete what it has
     * @param otherwise that it has the instance is a guess: then it has to show what it has, in any case, and this is
     *     the outcome if it has nothing
     */
    Outcome outcome(WebCaller caller, Claim claim, Optional<SentAs> sentAs, Optional<Outcome> otherwise) {
        boolean kept = whenExists == WhenExists.KEEP;
        if (kept && otherwise.isEmpty()) {
            return new Delivered(STATUS);
        }
        HeldCopy.Answer finding;
        try {
            finding = held.of(destination, claim, sentAs);
        } catch (IOException e) {
            return otherwise.orElseGet(() -> notComparable(e.getMessage()));
        }
        if (kept && finding.kind() != HeldCopy.Kind.ABSENT) {
            return new Delivered(STATUS);
        }
        return switch (finding.kind()) {
            case SAME -> new Delivered(STATUS);
            case OTHER ->
                whenExists == WhenExists.REPLACE ? replace(caller, claim, sentAs) : OutcomeTable.ofOtherVersion();
            case ABSENT ->
                otherwise.orElseGet(() -> new Refused(
                        STATUS, "it says that it has the instance already, and does not send it when it is asked"));
            case UNKNOWN -> notComparable(finding.detail());
        };
    }

    private Outcome notComparable(@Nullable String why) {
        return new Refused(
                STATUS, "it says that it has the instance already, and what it has cannot be compared: " + why);
    }

    /** What is deleted there is in the spool, as it should be; the next attempt stores it. */
    private Outcome replace(WebCaller caller, Claim claim, Optional<SentAs> sentAs) {
        // By the UIDs that the server knows: it must not learn those of the original.
        Instance known = sentAs.map(claim.instance()::sentAs).orElse(claim.instance());
        if (!Uid.isValid(known.studyInstanceUid()) || !Uid.isValid(known.seriesInstanceUid())) {
            return new Impossible(STATUS, "it keeps other content, which has no address without valid UIDs");
        }
        if (!replaced.add(claim.deliveryId())) {
            return new Impossible(
                    STATUS,
                    "it was told to delete what it has of the instance, and still has it; delete it there, and"
                            + " retry");
        }
        String path = "studies/" + known.studyInstanceUid() + "/series/" + known.seriesInstanceUid() + "/instances/"
                + known.sopInstance();
        try {
            Optional<String> login = caller.login();
            HttpRequest.Builder delete = caller.request(login, path);
            HttpResponse<Void> response = caller.exchange()
                    .send(
                            delete.method("DELETE", HttpRequest.BodyPublishers.noBody()),
                            BoundedBody.upTo(StowConnection.LONGEST_ANSWER, BodyHandlers.discarding()));
            caller.isRefused(response, login);
            int answer = response.statusCode();
            if (answer / 100 == 2 || answer == HttpURLConnection.HTTP_NOT_FOUND) {
                return new Unavailable(
                        "other content was deleted there, and the instance is sent again", Duration.ZERO, false);
            }
            if (answer == HttpURLConnection.HTTP_UNAUTHORIZED
                    || answer == StowTable.TOO_MANY_REQUESTS
                    || answer / 100 == 5) {
                replaced.remove(claim.deliveryId());
                return new Refused(STATUS, "other content cannot be deleted there: HTTP " + answer);
            }
            return new Impossible(
                    STATUS,
                    "it keeps other content under this SOP Instance UID, and answered HTTP " + answer
                            + " when it was told to delete that; delete it there, and retry");
        } catch (AssociationException | NoLoginException e) {
            replaced.remove(claim.deliveryId());
            return new Refused(STATUS, "other content cannot be deleted there: " + e.getMessage());
        }
    }
}
