package org.dicomgateway.receive;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.RefusedException;

/**
 * The one C-STORE hook: the first of the four steps of the data path. Success is answered only after the spool has said
 * that the instance and its plan are durable; everything else is answered with a failure and leaves nothing behind.
 */
public final class StoreHandler implements CStoreScp {

    private final Intake intake;

    /** Hands every instance to this intake. */
    public StoreHandler(Intake intake) {
        this.intake = intake;
    }

    @Override
    public CStoreResponse cStore(CStoreRequest request) throws IOException {
        long begin = System.nanoTime();
        try {
            Intake.Accepted accepted = intake.accept(
                    new Intake.Arrival(
                            request.sopClass(), request.sopInstance(), request.transferSyntax(), request.origin()),
                    request.dataset());
            ForwardLog.received(
                    subjectOf(accepted.instance()),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                    accepted.plan().rulesVersion(),
                    accepted.plan().deliveries().size());
            return CStoreResponse.SUCCESS;
        } catch (RefusedException e) {
            int status = statusOf(e.kind());
            ForwardLog.refused(subjectOf(request), status, String.valueOf(e.getMessage()));
            return new CStoreResponse(status, commentOn(e.kind()));
        } catch (IOException e) {
            ForwardLog.refused(subjectOf(request), -1, "not received to its end: " + e.getMessage());
            throw e;
        }
    }

    /** PS3.4 B.2.3: what the sender can mend is Axxx/Cxxx of its own, everything of ours is out of resources. */
    private static int statusOf(RefusedException.Kind kind) {
        return switch (kind) {
            case MISMATCH -> DimseStatus.DATASET_DOES_NOT_MATCH;
            case UNREADABLE -> DimseStatus.CANNOT_UNDERSTAND;
            case NO_SPACE, FAULT, CLOSED -> DimseStatus.OUT_OF_RESOURCES;
        };
    }

    /** What the sender is told: never a path or a cause of ours, and short enough for VR LO (64 characters). */
    private static String commentOn(RefusedException.Kind kind) {
        return switch (kind) {
            case MISMATCH -> "SOP class or instance UID differs from the command's";
            case UNREADABLE -> "dataset cannot be read up to the pixel data";
            case NO_SPACE -> "spool is full, try again later";
            case FAULT -> "spool failed, try again later";
            case CLOSED -> "shutting down, try again later";
        };
    }

    private static ForwardLog.Subject subjectOf(CStoreRequest request) {
        return new ForwardLog.Subject(request.sopInstance(), "", request.origin(), -1);
    }

    private static ForwardLog.Subject subjectOf(Instance instance) {
        return new ForwardLog.Subject(
                instance.sopInstance(), instance.studyInstanceUid(), instance.origin(), instance.datasetLength());
    }
}
