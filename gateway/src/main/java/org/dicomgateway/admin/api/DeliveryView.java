package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.spool.Commitment;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
import org.dicomgateway.spool.SpoolSearch.FoundDelivery;

/**
 * A delivery.
 *
 * @param id its key in the spool
 * @param instanceId the key of its instance in the spool
 * @param accessionNumber may be empty
 * @param modality may be empty
 * @param route the route that asked for it
 * @param destination empty while none of the candidates can be used
 * @param candidates the destinations that may get it; empty: only {@code destination}
 * @param state pending, delivered, parked, held, merged (done by another route's delivery to the same destination), or
 *     discarded or superseded
 * @param attempts counted attempts at this destination
 * @param due the earliest time of the next attempt
 * @param lastStatus DIMSE status of the last attempt
 * @param reason why the last attempt failed, or why it was discarded or superseded; empty when there is nothing to say
 * @param since when it was settled, or else received
 * @param check the last check of whether the destination holds it; empty: it was never checked
 * @param commitment what the destination last reported about its storage commitment; empty: nothing
 * @param sentAs the SOP Instance UID under which the destination gets it, when that is another one
 * @param transcoded the transfer syntax in which the destination gets it, when that is another one
 */
public record DeliveryView(
        long id,
        long instanceId,
        String sopInstanceUid,
        String studyInstanceUid,
        String accessionNumber,
        String modality,
        String route,
        Optional<String> destination,
        List<String> candidates,
        String state,
        int attempts,
        Instant due,
        Optional<String> lastStatus,
        String reason,
        Instant since,
        Optional<Check> check,
        Optional<Said> commitment,
        Optional<String> sentAs,
        Optional<String> transcoded) {

    /** Copies the list. */
    public DeliveryView {
        candidates = List.copyOf(candidates);
    }

    /**
     * What a check found.
     *
     * @param state verified, missing, differing, unverifiable or replaced
     * @param how by what means
     * @param detail what was found, if it was not verified; otherwise empty
     */
    public record Check(String state, Instant at, String how, String detail) {

        static Check of(FoundCheck found) {
            return new Check(found.state().name().toLowerCase(Locale.ROOT), found.at(), found.how(), found.detail());
        }
    }

    /**
     * What a destination reported about a copy that it was asked to commit.
     *
     * @param state committed or failed
     * @param reason the Failure Reason with its meaning; empty when it is committed
     */
    public record Said(String state, Instant at, String reason) {

        static Said of(Commitment said) {
            return new Said(
                    said.failure().isEmpty() ? "committed" : "failed",
                    said.at(),
                    said.failure().map(FailureReason::toString).orElse(""));
        }
    }

    public static DeliveryView of(FoundDelivery found) {
        return new DeliveryView(
                found.id(),
                found.instanceId(),
                found.sopInstance(),
                found.study(),
                found.accession(),
                found.modality(),
                found.route(),
                found.destination(),
                found.candidates(),
                found.state().name().toLowerCase(Locale.ROOT),
                found.attempts(),
                found.due(),
                status(found.lastStatus()),
                found.reason(),
                found.since(),
                found.lastCheck().map(Check::of),
                found.commitment().map(Said::of),
                found.sentAs().filter(uid -> found.isOtherInstance()),
                found.transcoded().map(TransferSyntax::toString));
    }

    static Optional<String> status(OptionalInt status) {
        return status.isEmpty() ? Optional.empty() : Optional.of(DimseStatus.format(status.getAsInt()));
    }
}
