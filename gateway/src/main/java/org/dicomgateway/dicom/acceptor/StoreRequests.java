package org.dicomgateway.dicom.acceptor;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.VR;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.Aborts;
import org.dicomgateway.dicom.wire.IncomingDataset;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The C-STORE requests of one association (PS3.7 9.1.1), one after the other. */
final class StoreRequests {

    private static final Logger LOG = LoggerFactory.getLogger(StoreRequests.class);

    /** Error Comment has VR LO (PS3.7 E.1). */
    private static final int MAX_COMMENT = 64;

    private final CStoreScp scp;
    private final Origin origin;
    private final String associationName;
    private final Set<Integer> contextsWithoutStorage;
    private long count;

    /**
     * Serves the requests of one association.
     *
     * @param contextsWithoutStorage the contexts that are not for C-STORE
     */
    StoreRequests(CStoreScp scp, Set<Integer> contextsWithoutStorage, Origin origin, String associationName) {
        this.scp = scp;
        this.contextsWithoutStorage = contextsWithoutStorage;
        this.origin = origin;
        this.associationName = associationName;
    }

    /** The number of answered requests. */
    long count() {
        return count;
    }

    /**
     * Serves one request and sends its response. An exception means that no response was sent and the association
     * ends.
     */
    void serve(Association association, Presentation context, Attributes command, @Nullable PDVInputStream data)
            throws IOException {
        CStoreResponse response = answer(context, command, data);
        AcceptedAssociation.drain(data);
        Attributes rsp = Commands.mkRSP(command, response.status(), Dimse.C_STORE_RQ);
        if (!response.errorComment().isEmpty()) {
            rsp.setString(Tag.ErrorComment, VR.LO, comment(response.errorComment()));
        }
        association.writeDimseRSP(context, rsp);
        count++;
    }

    private CStoreResponse answer(Presentation context, Attributes command, @Nullable PDVInputStream data)
            throws IOException {
        String sopClass = uid(command, Tag.AffectedSOPClassUID);
        String sopInstance = uid(command, Tag.AffectedSOPInstanceUID);
        if (!Uid.isValid(sopClass)) {
            return refused("the Affected SOP Class UID is not valid");
        }
        if (!Uid.isValid(sopInstance)) {
            return refused("the Affected SOP Instance UID is not valid");
        }
        if (data == null) {
            return refused("the request has no dataset");
        }
        if (contextsWithoutStorage.contains(context.getPCID())) {
            return new CStoreResponse(
                    DimseStatus.SOP_CLASS_NOT_SUPPORTED, "C-STORE on a context that is not for storage");
        }
        TransferSyntax syntax = TransferSyntax.of(context.getTransferSyntax());
        try (IncomingDataset dataset = new IncomingDataset(data)) {
            return askScp(
                    new CStoreRequest(Uid.of(sopClass), Uid.of(sopInstance), syntax, origin, Optional.empty(), dataset),
                    dataset);
        }
    }

    private CStoreResponse askScp(CStoreRequest request, IncomingDataset dataset) throws IOException {
        try {
            return scp.cStore(request);
        } catch (IOException e) {
            if (dataset.failure() != null) {
                throw dataset.failure();
            }
            LOG.warn(
                    "{}: aborted, because instance {} could not be received:" + " {}",
                    associationName,
                    request.sopInstance(),
                    e,
                    e);
            throw Aborts.becauseOf(e);
        } catch (RuntimeException e) {
            LOG.error(
                    "{}: internal error of the gateway while it received instance" + " {}",
                    associationName,
                    request.sopInstance(),
                    e);
            return new CStoreResponse(DimseStatus.PROCESSING_FAILURE, "internal error");
        }
    }

    private CStoreResponse refused(String why) {
        LOG.info("{}: C-STORE refused: {}", associationName, why);
        return new CStoreResponse(DimseStatus.CANNOT_UNDERSTAND, why);
    }

    private static String uid(Attributes command, int tag) {
        @Nullable String value = command.getString(tag);
        return value == null ? "" : value;
    }

    /** Only the default repertoire, and no backslash, which would separate values. */
    static String comment(String text) {
        return Text.printable(text, MAX_COMMENT).replaceAll("[^\\x20-\\x7e]|\\\\", "?");
    }
}
