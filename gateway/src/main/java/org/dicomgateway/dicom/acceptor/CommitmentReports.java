package org.dicomgateway.dicom.acceptor;

import java.io.IOException;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.commitment.EventReport;
import org.dicomgateway.dicom.commitment.RefusedMessageException;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.wire.DicomSocket;
import org.dicomgateway.dicom.wire.IncomingDataset;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The N-EVENT-REPORT requests of one association (PS3.7 10.1.1, PS3.4 J.3.3), one after the other: reports of storage
 * commitment on requests that the gateway made.
 */
final class CommitmentReports {

    private static final Logger LOG = LoggerFactory.getLogger(CommitmentReports.class);

    private final CommitmentScu scu;
    private final Origin origin;
    private final DicomSocket socket;
    private final Acceptor acceptor;
    private final String associationName;

    CommitmentReports(CommitmentScu scu, Origin origin, DicomSocket socket, Acceptor acceptor, String associationName) {
        this.scu = scu;
        this.origin = origin;
        this.socket = socket;
        this.acceptor = acceptor;
        this.associationName = associationName;
    }

    /** Whether reports are expected from this peer. */
    boolean areExpected() {
        return scu.refusal(origin).isEmpty();
    }

    /** Serves one report and sends its response. */
    void serve(Association association, Presentation context, Attributes command, @Nullable PDVInputStream data)
            throws IOException {
        Answer answer = answer(context, command, data);
        if (answer.status() != DimseStatus.SUCCESS) {
            acceptor.refusals()
                    .info(
                            "{}: report of storage commitment refused: {} ({})",
                            associationName,
                            answer.errorComment(),
                            DimseStatus.format(answer.status()));
        }
        AcceptedAssociation.drain(data);
        EventReport.answer(association, context, command, answer);
    }

    private Answer answer(Presentation context, Attributes command, @Nullable PDVInputStream data) throws IOException {
        String why = scu.refusal(origin);
        if (!why.isEmpty()) {
            return new Answer(DimseStatus.INVALID_ARGUMENT_VALUE, why);
        }
        if (!acceptor.beginCommitment(origin.remoteHost())) {
            return new Answer(DimseStatus.RESOURCE_LIMITATION, "too many reports at once, try again later");
        }
        socket.readBefore(acceptor.settings().readTimeout());
        try (IncomingDataset dataset = data == null ? null : new IncomingDataset(data)) {
            return scu.report(read(context, command, dataset), origin);
        } catch (RefusedMessageException e) {
            return new Answer(e.status(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{}: internal error of the gateway at a report of storage commitment", associationName, e);
            return new Answer(DimseStatus.PROCESSING_FAILURE, "internal error");
        } finally {
            acceptor.endCommitment(origin.remoteHost());
        }
    }

    private static CommitmentResult read(Presentation context, Attributes command, @Nullable IncomingDataset dataset)
            throws RefusedMessageException, IOException {
        try {
            return EventReport.read(context, command, dataset);
        } catch (RefusedMessageException e) {
            throw dataset == null ? e : dataset.reasonFor(e);
        }
    }
}
