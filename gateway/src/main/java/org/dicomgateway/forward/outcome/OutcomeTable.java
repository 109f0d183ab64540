package org.dicomgateway.forward.outcome;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.outcome.Outcome.Deferred;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;

/**
 * The table of what an answer, or no answer, means: C-STORE statuses (PS3.4 B.2.3, PS3.7 Annex C),
 * A-ASSOCIATE-RJ (PS3.8 9.3.4), A-ABORT, and everything that can happen to a connection.
 */
public final class OutcomeTable {

    private OutcomeTable() {}

    /** The outcome for the status of a C-STORE response. */
    public static Outcome ofStatus(int status) {
        String reason = DimseStatus.format(status) + " " + DimseStatus.meaningOf(status);
        if (DimseStatus.kindOf(status) != DimseStatus.Kind.FAILURE) {
            return new Delivered(status);
        }
        return switch (status) {
            // The destination has it: from an earlier attempt whose answer was lost, or from another sender. See below.
            case DimseStatus.DUPLICATE_SOP_INSTANCE -> new Delivered(status);
            case DimseStatus.SOP_CLASS_NOT_SUPPORTED -> new Impossible(status, reason);
            case DimseStatus.NOT_AUTHORIZED ->
                new Refused(status, reason + ": the destination does not allow us to store; check its permissions");
            // The code does not say who is at fault: servers use the same codes for both.
            default -> new Refused(status, reason);
        };
    }

    /**
     * The outcome for 0x0111 when the destination cannot have the instance that was sent, but another version of it.
     */
    public static Outcome ofOtherVersion() {
        int status = DimseStatus.DUPLICATE_SOP_INSTANCE;
        return new Impossible(
                status,
                DimseStatus.format(status) + " " + DimseStatus.meaningOf(status)
                        + ": the destination keeps another version of this instance, and did not take this"
                        + " one; delete the instance there, or have the server overwrite it, and retry; or"
                        + " discard this delivery");
    }

    /**
     * The outcome for a C-STORE without a valid answer.
     *
     * @param first whether it was the first C-STORE of its association
     * @param calling the calling AE title that was used
     */
    public static Deferred ofStore(AssociationException failure, boolean first, AeTitle calling) {
        String reason = messageOf(failure);
        boolean unwelcome = first && failure.reason() == AssociationException.Cause.ABORTED;
        return new Deferred(
                Outcome.NO_STATUS,
                unwelcome
                        ? reason + ": aborted at the first C-STORE; check that the destination lets our AE title "
                                + calling + " store: add it to its DicomModalities"
                        : reason);
    }

    /**
     * The outcome for an association that was not established: the destination is at fault, never the instance.
     *
     * @param calling the calling AE title that was used
     * @param called the called AE title that was used; empty: the destination has none
     */
    public static Deferred ofOpen(AssociationException failure, AeTitle calling, Optional<AeTitle> called) {
        String advice =
                failure.rejection().map(rj -> adviceOn(rj, calling, called)).orElse("");
        return new Deferred(Outcome.NO_STATUS, messageOf(failure) + advice);
    }

    /**
     * The outcome when the association has no presentation context for the instance.
     *
     * @param forms what was proposed for it: as it was received, and what could be made of it
     */
    public static Outcome notAccepted(List<PresentationPair> forms) {
        String others = forms.stream()
                .skip(1)
                .map(pair -> pair.transferSyntax().toString())
                .collect(Collectors.joining(", "));
        return new Impossible(
                Outcome.NO_STATUS,
                forms.get(0).refusal() + (others.isEmpty() ? "" : ", nor in one that could be made: " + others));
    }

    /** Whether the association was rejected because of the calling AE title. This concerns one caller, not all. */
    public static boolean isCallerUnknown(AssociationException failure) {
        return failure.rejection()
                .filter(rj -> isByUser(rj) && rj.reason() == 3)
                .isPresent();
    }

    /**
     * Whether the failure may concern only the calling AE title: a permanent rejection without a reason, or an abort by
     * the peer.
     */
    public static boolean mayBeForCaller(AssociationException failure) {
        return failure.reason() == AssociationException.Cause.ABORTED
                || failure.rejection()
                        .filter(rj -> isByUser(rj) && rj.reason() == 1)
                        .isPresent();
    }

    private static boolean isByUser(Rejection rejection) {
        return rejection.result() == 1 && rejection.source() == 1;
    }

    /** Whether no answer came at all. Any other failure shows that the peer is there. */
    public static boolean isSilence(AssociationException failure) {
        return switch (failure.reason()) {
            case CONNECT, TIMEOUT, CONNECTION_LOST -> true;
            case REJECTED, ABORTED, PROTOCOL -> false;
        };
    }

    /** Whether the rejection was transient. */
    public static boolean isBusy(AssociationException failure) {
        return failure.rejection().filter(Rejection::isTransient).isPresent();
    }

    private static String adviceOn(Rejection rejection, AeTitle calling, Optional<AeTitle> called) {
        if (rejection.isTransient()) {
            return "";
        }
        return switch (rejection.source() * 10 + rejection.reason()) {
            case 13 -> ": it does not know our calling AE title " + calling + "; add it there, or set calling-ae";
            case 17 ->
                ": it does not answer to the called AE title "
                        + called.map(AeTitle::value).orElse("") + "; check ae-title";
            default -> "";
        };
    }

    private static String messageOf(AssociationException failure) {
        String message = failure.getMessage();
        return message == null ? failure.reason().toString() : message;
    }
}
