package org.dicomgateway.receive;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.RefusedException;

/**
 * Handles C-STORE requests: the first of the four steps of the data path. It answers with success only after the
 * spool has confirmed that the instance and its plan are durable. With any other answer, nothing of the instance is
 * kept.
 */
public final class StoreHandler implements CStoreScp {

    private final Intake intake;
    private final ForwardLog forwardLog;

    /** Passes every instance to this intake, and writes a line of the forward log for each. */
    public StoreHandler(Intake intake, ForwardLog forwardLog) {
        this.intake = intake;
        this.forwardLog = forwardLog;
    }

    @Override
    public CStoreResponse cStore(CStoreRequest request) throws IOException {
        long begin = System.nanoTime();
        try {
            Intake.Accepted accepted = intake.accept(
                    new Intake.Arrival(
                            request.sopClass(),
                            request.sopInstance(),
                            request.transferSyntax(),
                            request.origin(),
                            request.study()),
                    request.dataset());
            forwardLog.received(
                    accepted.instance().subject(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                    accepted.plan().rulesVersion(),
                    accepted.plan().deliveries().size());
            return CStoreResponse.SUCCESS;
        } catch (RefusedException e) {
            CStoreResponse answer = answerTo(e.kind());
            forwardLog.refused(subjectOf(request), answer.status(), String.valueOf(e.getMessage()));
            return answer;
        } catch (IOException e) {
            forwardLog.refused(subjectOf(request), -1, "not received completely: " + e.getMessage());
            throw e;
        }
    }

    /**
     * What the sender of an instance gets when the spool refuses it (PS3.4 B.2.3). An error that the sender can correct
     * gets Axxx or Cxxx; every fault of the gateway is "out of resources".
     */
    public static CStoreResponse answerTo(RefusedException.Kind kind) {
        return new CStoreResponse(statusOf(kind), commentOn(kind));
    }

    private static int statusOf(RefusedException.Kind kind) {
        return switch (kind) {
            case MISMATCH -> DimseStatus.DATASET_DOES_NOT_MATCH;
            case UNREADABLE -> DimseStatus.CANNOT_UNDERSTAND;
            case NO_SPACE, FAULT, CLOSED -> DimseStatus.OUT_OF_RESOURCES;
        };
    }

    /** The comment for the sender: no paths, no internal causes, and at most 64 characters (VR LO). */
    private static String commentOn(RefusedException.Kind kind) {
        return switch (kind) {
            case MISMATCH -> "SOP class or instance UID differs from the command's";
            case UNREADABLE -> "dataset cannot be read up to the pixel data";
            case NO_SPACE -> "spool is full, try again later";
            case FAULT -> "spool failed, try again later";
            case CLOSED -> "takes nothing in now, try again later";
        };
    }

    private static ForwardLog.Subject subjectOf(CStoreRequest request) {
        return new ForwardLog.Subject(request.sopInstance(), "", request.origin(), -1);
    }
}
