package org.dicomgateway.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.dicom.commitment.FailureReason;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.receive.StoreHandler;
import org.dicomgateway.spool.RefusedException;

/** Statuses and rejections, in and out, as tables. */
final class Codes {

    /** Statuses in the tables of PS3.4 B.2.3 and PS3.7 Annex C; of a range, its first. */
    private static final List<Integer> KNOWN = IntStream.concat(
                    IntStream.of(0x0000, 0x0001, 0x0107, 0x0116, 0xB000, 0xB006, 0xB007),
                    IntStream.of(
                            0x0105, 0x0106, 0x0110, 0x0111, 0x0112, 0x0117, 0x0118, 0x0119, 0x0120, 0x0121, 0x0122,
                            0x0124, 0x0210, 0x0211, 0x0212, 0x0213, 0xA700, 0xA900, 0xC000))
            .boxed()
            .toList();

    private Codes() {}

    /** What the gateway answers to C-STORE: status, meaning, when. */
    static List<List<String>> storeAnswers() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(row(DimseStatus.SUCCESS, "the instance and the list of its deliveries are durable on disk"));
        for (RefusedException.Kind kind : RefusedException.Kind.values()) {
            CStoreResponse answer = StoreHandler.answerTo(kind);
            rows.add(row(answer.status(), when(kind) + "; Error Comment: " + answer.errorComment()));
        }
        rows.add(row(
                DimseStatus.CANNOT_UNDERSTAND,
                "a UID of the command is not valid, or the request has no dataset; the Error Comment says which"));
        rows.add(row(
                DimseStatus.SOP_CLASS_NOT_SUPPORTED,
                "C-STORE on a presentation context that is not for storage, or of a class that the access rule does not "
                        + "permit"));
        rows.add(row(DimseStatus.NOT_AUTHORIZED, "larger than the access rule permits"));
        rows.add(row(DimseStatus.PROCESSING_FAILURE, "a fault of the gateway; its log says more"));
        rows.add(row(0x0211, "another request than C-STORE, C-ECHO, and those of storage commitment"));
        return rows;
    }

    private static List<String> row(int status, String when) {
        return List.of(DimseStatus.format(status), DimseStatus.meaningOf(status), when);
    }

    private static String when(RefusedException.Kind kind) {
        return switch (kind) {
            case MISMATCH -> "the dataset has another SOP Class or SOP Instance UID than the command";
            case UNREADABLE -> "the dataset cannot be parsed up to Pixel Data, or lacks its UIDs";
            case NO_SPACE -> "no space on the disk";
            case FAULT -> "the disk, or the database of the cluster, has not taken it";
            case CLOSED -> "the gateway is being stopped or drained";
        };
    }

    /** What the gateway does with a status that a destination answers to C-STORE. */
    static List<List<String>> storeStatuses() {
        return KNOWN.stream()
                .map(status -> List.of(DimseStatus.format(status), DimseStatus.meaningOf(status), done(status)))
                .toList();
    }

    private static String done(int status) {
        Outcome outcome = OutcomeTable.ofStatus(status);
        if (outcome instanceof Outcome.Delivered) {
            return status == DimseStatus.DUPLICATE_SOP_INSTANCE
                    ? "delivered, unless the destination can only have another version: then parked for an operator"
                    : "delivered";
        }
        return outcome instanceof Outcome.Impossible
                ? "parked for an operator at once"
                : "tried again with growing pauses; parked for an operator after retry.max-attempts attempts";
    }

    /** The A-ASSOCIATE-RJ that the gateway sends: code, when. */
    static List<List<String>> rejections() {
        return List.of(
                List.of(
                        code(Rejection.notAllowed("")),
                        "rejected, permanent",
                        "access rules do not permit this peer, or its user and passcode are wrong"),
                List.of("1/1/2", "rejected, permanent", "another application context name than DICOM's"),
                List.of(
                        code(Rejection.callingAeTitleNotRecognized("")),
                        "rejected, permanent",
                        "no access rule permits the calling AE title, or it is not valid"),
                List.of(
                        code(Rejection.calledAeTitleNotRecognized("")),
                        "rejected, permanent",
                        "the called AE title is not one of this listener, or the peer may not call it"),
                List.of("1/2/1", "rejected, permanent", "a maximum PDU length below 128 bytes"),
                List.of("1/2/2", "rejected, permanent", "another protocol version than 1"),
                List.of(
                        code(Rejection.temporaryCongestion("")),
                        "rejected, transient",
                        "no space, no working disk or database, draining, stopping, or too many requests at once: try "
                                + "again"),
                List.of(
                        code(Rejection.localLimitExceeded("")),
                        "rejected, transient",
                        "too many associations, of all or of this peer: try again"));
    }

    private static String code(Rejection rejection) {
        return rejection.code();
    }

    /** What the gateway answers to N-ACTION of storage commitment. */
    static List<List<String>> commitmentAnswers() {
        return List.of(
                row(DimseStatus.SUCCESS, "the request is durable on disk"),
                row(DimseStatus.NOT_AUTHORIZED, "this sender is not configured for storage commitment"),
                row(DimseStatus.NO_SUCH_SOP_CLASS, "not the Storage Commitment Push Model SOP Class"),
                row(DimseStatus.NO_SUCH_SOP_INSTANCE, "not the well-known SOP Instance"),
                row(DimseStatus.NO_SUCH_ACTION_TYPE, "another Action Type ID than 1"),
                row(DimseStatus.MISSING_ATTRIBUTE, "no dataset, or an attribute is missing"),
                row(DimseStatus.INVALID_ATTRIBUTE_VALUE, "a value is not valid"),
                row(DimseStatus.INVALID_ARGUMENT_VALUE, "the Transaction UID was used for other instances before"),
                row(DimseStatus.RESOURCE_LIMITATION, "too many requests are open, or arrive at once: try again"),
                row(DimseStatus.PROCESSING_FAILURE, "a fault of the gateway; its log says more"));
    }

    /** What the gateway answers to N-EVENT-REPORT of a destination that it has asked. */
    static List<List<String>> reportAnswers() {
        return List.of(
                row(DimseStatus.SUCCESS, "the report is noted"),
                row(DimseStatus.NO_SUCH_SOP_CLASS, "not the Storage Commitment Push Model SOP Class"),
                row(DimseStatus.NO_SUCH_SOP_INSTANCE, "not the well-known SOP Instance"),
                row(DimseStatus.NO_SUCH_EVENT_TYPE, "another Event Type ID than 1 and 2"),
                row(DimseStatus.NO_SUCH_ARGUMENT, "the report has no dataset"),
                row(
                        DimseStatus.INVALID_ARGUMENT_VALUE,
                        "the transaction is not known, or not of this peer, or it names no instance of it"),
                row(DimseStatus.MISSING_ATTRIBUTE, "an attribute is missing"),
                row(DimseStatus.INVALID_ATTRIBUTE_VALUE, "a value is not valid"),
                row(DimseStatus.RESOURCE_LIMITATION, "too many reports at once, or too many references: try again"),
                row(DimseStatus.PROCESSING_FAILURE, "a fault of the gateway; its log says more"));
    }

    /** The reasons in the gateway's reports of storage commitment. */
    static List<List<String>> failureReasons() {
        return Stream.of(
                        List.of(
                                FailureReason.PROCESSING_FAILURE.toString(),
                                "the instance is known, and is not stored where it must be"),
                        List.of(FailureReason.NO_SUCH_OBJECT_INSTANCE.toString(), "the instance is not known"),
                        List.of(
                                FailureReason.CLASS_INSTANCE_CONFLICT.toString(),
                                "the instance is known with another SOP class"))
                .toList();
    }
}
