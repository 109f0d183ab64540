package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.DimseRQHandler;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Receiver;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.Aborts;
import org.dicomgateway.dicom.wire.IncomingDataset;
import org.jspecify.annotations.Nullable;

/**
 * The one C-STORE by which a peer answers a C-GET (PS3.4 C.4.3.3). It runs in the thread that reads the association.
 * Anything but the instance that was asked for ends the association.
 */
final class StoreSubOperation implements DimseRQHandler {

    private static final int MAX_UID = 64;

    private final Uid sopClass;
    private final Uid sopInstance;
    private final Receiver receiver;
    private boolean ended;
    private volatile boolean done;
    private volatile @Nullable Exception failure;

    StoreSubOperation(Uid sopClass, Uid sopInstance, Receiver receiver) {
        this.sopClass = sopClass;
        this.sopInstance = sopInstance;
        this.receiver = receiver;
    }

    /** Whether the whole instance was received. */
    boolean isDone() {
        return done;
    }

    /** Throws what the receiver threw, unless the connection was the cause. */
    void rethrowFailure() throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
    }

    /** The receiver is not used any more from now on. Waits until it has returned; the association must be over. */
    synchronized void end() {
        ended = true;
    }

    @Override
    public synchronized void onDimse(
            Association open, Presentation context, Dimse dimse, Attributes command, @Nullable PDVInputStream data)
            throws IOException {
        // The answer to the proposal does not name the abstract syntaxes again.
        check(dimse, open.getAAssociateRQ().getPresentationContext(context.getPCID()), command);
        if (data == null || ended || done) {
            throw Aborts.becauseOfViolation("a C-STORE " + (data == null ? "without a dataset" : "too many"));
        }
        try (IncomingDataset dataset = new IncomingDataset(data)) {
            take(TransferSyntax.of(context.getTransferSyntax()), dataset);
        }
        data.skipAll();
        done = true;
        open.writeDimseRSP(context, Commands.mkCStoreRSP(command, DimseStatus.SUCCESS));
    }

    private void check(Dimse dimse, Presentation proposed, Attributes command) throws IOException {
        if (dimse != Dimse.C_STORE_RQ) {
            throw Aborts.becauseOfViolation(
                    "a " + dimse + " request, but only the C-STORE of what it was asked for" + " is expected");
        }
        String told = command.getString(Tag.AffectedSOPInstanceUID, "");
        String toldClass = command.getString(Tag.AffectedSOPClassUID, "");
        if (!sopInstance.value().equals(told)
                || !sopClass.value().equals(toldClass)
                || !sopClass.value().equals(proposed.getAbstractSyntax())) {
            throw Aborts.becauseOfViolation("a C-STORE of instance " + Text.token(told, MAX_UID) + " of SOP class "
                    + Text.token(toldClass, MAX_UID) + " in a context for " + proposed.getAbstractSyntax() + ", but "
                    + sopInstance
                    + " of " + sopClass + " was asked for");
        }
    }

    private void take(TransferSyntax syntax, IncomingDataset dataset) throws IOException {
        try {
            receiver.take(syntax, dataset);
        } catch (IOException | RuntimeException e) {
            if (dataset.failure() != null) {
                throw dataset.failure();
            }
            failure = e;
            throw Aborts.becauseOf(e);
        }
    }

    @Override
    public void onClose(Association closed) {}
}
