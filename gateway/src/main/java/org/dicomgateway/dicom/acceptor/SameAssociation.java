package org.dicomgateway.dicom.acceptor;

import java.io.IOException;
import java.time.Duration;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.EventReport;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.dicom.wire.DicomSocket;
import org.dicomgateway.dicom.wire.ResponseTimeoutException;

/**
 * Reports on the association that brought the request (PS3.4 J.3.3). Another thread reads the association: it gives the
 * response to the thread that waits here.
 */
final class SameAssociation implements ReportChannel {

    private final Association association;
    private final Presentation context;
    private final DicomSocket socket;
    private final Duration timeout;
    private final String name;
    private final Runnable awaitMessage;
    private volatile boolean open;

    /**
     * A channel that is not open yet.
     *
     * @param awaitMessage lets the association be idle again, after a response came
     */
    SameAssociation(
            Association association,
            Presentation context,
            DicomSocket socket,
            Duration timeout,
            String name,
            Runnable awaitMessage) {
        this.association = association;
        this.context = context;
        this.socket = socket;
        this.timeout = timeout;
        this.name = name;
        this.awaitMessage = awaitMessage;
    }

    /** The request is answered: a report must not come before the answer. */
    void open() {
        open = true;
    }

    @Override
    public boolean isOpen() {
        return open && association.isReadyForDataTransfer() && !socket.isClosed();
    }

    @Override
    public int report(CommitmentResult result) throws AssociationException {
        String what = "N-EVENT-REPORT for transaction " + result.transaction() + " on the association of the request, "
                + name + ": ";
        try {
            socket.awaitResponse();
            int status = EventReport.send(association, context, association.nextMessageID(), result)
                    .await(timeout);
            awaitMessage.run();
            return status;
        } catch (ResponseTimeoutException e) {
            abort();
            throw new AssociationException(Cause.TIMEOUT, what + "no response in time", e);
        } catch (IOException | RuntimeException e) {
            // The toolkit throws unchecked when the association has just ended.
            abort();
            throw new AssociationException(Cause.CONNECTION_LOST, what + "the association has ended", e);
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
            throw new AssociationException(Cause.CONNECTION_LOST, what + "interrupted", e);
        }
    }

    private void abort() {
        open = false;
        if (!socket.isWriting()) {
            association.abort();
        }
        socket.closeQuietly();
    }
}
