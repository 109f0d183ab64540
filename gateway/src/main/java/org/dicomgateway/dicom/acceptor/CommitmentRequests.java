package org.dicomgateway.dicom.acceptor;

import java.io.IOException;
import java.time.Duration;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.VR;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.commitment.ActionInformation;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.RefusedMessageException;
import org.dicomgateway.dicom.commitment.StorageCommitment;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.wire.DicomSocket;
import org.dicomgateway.dicom.wire.IncomingDataset;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The N-ACTION requests of one association for storage commitment (PS3.7 10.1.4, PS3.4 J.3.2), one after the other. */
final class CommitmentRequests {

    private static final Logger LOG = LoggerFactory.getLogger(CommitmentRequests.class);

    private final CommitmentScp scp;
    private final Origin origin;
    private final DicomSocket socket;
    private final Acceptor acceptor;
    private final String associationName;
    /** For a whole request to arrive, and for the response to a report on this association. */
    private final Duration timeout;

    private final Runnable awaitMessage;

    /**
     * Serves the requests of one association.
     *
     * @param acceptor gives the turns: all of a request is in memory until it is a record
     * @param awaitMessage lets the association be idle, until the next message
     */
    CommitmentRequests(
            CommitmentScp scp,
            Origin origin,
            DicomSocket socket,
            Acceptor acceptor,
            String associationName,
            Runnable awaitMessage) {
        this.scp = scp;
        this.origin = origin;
        this.socket = socket;
        this.acceptor = acceptor;
        this.associationName = associationName;
        this.timeout = acceptor.settings().readTimeout();
        this.awaitMessage = awaitMessage;
    }

    /** Serves one request and sends its response. */
    void serve(Association association, Presentation context, Attributes command, @Nullable PDVInputStream data)
            throws IOException {
        SameAssociation channel =
                new SameAssociation(association, context, socket, timeout, associationName, awaitMessage);
        Answer answer = answer(context, command, data, channel);
        AcceptedAssociation.drain(data);
        Attributes rsp = Commands.mkNActionRSP(command, answer.status());
        if (answer.status() == DimseStatus.SUCCESS) {
            rsp.setInt(Tag.ActionTypeID, VR.US, StorageCommitment.REQUEST);
        }
        if (!answer.errorComment().isEmpty()) {
            rsp.setString(Tag.ErrorComment, VR.LO, StoreRequests.comment(answer.errorComment()));
        }
        association.writeDimseRSP(context, rsp);
        channel.open();
    }

    private Answer answer(
            Presentation context, Attributes command, @Nullable PDVInputStream data, SameAssociation channel)
            throws IOException {
        String why = scp.refusal(origin);
        if (!why.isEmpty()) {
            return refused(DimseStatus.NOT_AUTHORIZED, why);
        }
        if (!StorageCommitment.SOP_CLASS.value().equals(command.getString(Tag.RequestedSOPClassUID))) {
            return refused(DimseStatus.NO_SUCH_SOP_CLASS, "not the Storage Commitment Push Model SOP Class");
        }
        if (!StorageCommitment.SOP_INSTANCE.value().equals(command.getString(Tag.RequestedSOPInstanceUID))) {
            return refused(DimseStatus.NO_SUCH_SOP_INSTANCE, "not the well-known SOP Instance");
        }
        if (command.getInt(Tag.ActionTypeID, 0) != StorageCommitment.REQUEST) {
            return refused(DimseStatus.NO_SUCH_ACTION_TYPE, "the only Action Type ID is 1");
        }
        if (data == null) {
            return refused(DimseStatus.MISSING_ATTRIBUTE, "the request has no dataset");
        }
        if (!acceptor.beginCommitment(origin.remoteHost())) {
            return refused(DimseStatus.RESOURCE_LIMITATION, "too many requests at once, try again later");
        }
        // A sender that is slow on purpose must not keep the turn.
        socket.readBefore(timeout);
        try (IncomingDataset dataset = new IncomingDataset(data)) {
            CommitmentRequest request = read(dataset, TransferSyntax.of(context.getTransferSyntax()));
            return scp.request(request, origin, channel);
        } catch (RefusedMessageException e) {
            return refused(e.status(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{}: internal error of the gateway at a request of storage commitment", associationName, e);
            return new Answer(DimseStatus.PROCESSING_FAILURE, "internal error");
        } finally {
            acceptor.endCommitment(origin.remoteHost());
        }
    }

    private static CommitmentRequest read(IncomingDataset dataset, TransferSyntax syntax)
            throws RefusedMessageException, IOException {
        try {
            return ActionInformation.read(dataset, syntax);
        } catch (RefusedMessageException e) {
            throw dataset.reasonFor(e);
        }
    }

    private Answer refused(int status, String why) {
        LOG.info("{}: storage commitment refused: {} ({})", associationName, why, DimseStatus.format(status));
        return new Answer(status, why);
    }
}
