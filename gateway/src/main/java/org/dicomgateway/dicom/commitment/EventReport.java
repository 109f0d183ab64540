package org.dicomgateway.dicom.commitment;

import java.io.IOException;
import java.io.InputStream;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.VR;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.DataWriter;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.wire.Response;
import org.jspecify.annotations.Nullable;

/** Sends, reads and answers N-EVENT-REPORT requests (PS3.7 10.1.1, PS3.4 J.3.3). */
public final class EventReport {

    /** An Error Comment (0000,0902) is an LO. */
    private static final int MAX_COMMENT = 64;

    private EventReport() {}

    /** Sends a report on an open association. The response comes later, or the reason why there is none. */
    public static Response send(Association open, Presentation context, int messageId, CommitmentResult result)
            throws IOException, InterruptedException {
        byte[] dataset = EventInformation.write(result, TransferSyntax.of(context.getTransferSyntax()));
        Response response = new Response(messageId, Dimse.N_EVENT_REPORT_RSP);
        Attributes command = Commands.mkNEventReportRQ(
                messageId,
                StorageCommitment.SOP_CLASS.value(),
                StorageCommitment.SOP_INSTANCE.value(),
                result.eventType(),
                new Attributes());
        DataWriter writer = (out, syntax) -> out.write(dataset);
        open.invoke(context, command, writer, response, 0);
        return response;
    }

    /**
     * Reads a report.
     *
     * @param data the dataset; null: there is none
     * @throws RefusedMessageException when it is no valid report of storage commitment
     * @throws IOException when {@code data} throws it
     */
    public static CommitmentResult read(Presentation context, Attributes command, @Nullable InputStream data)
            throws RefusedMessageException, IOException {
        if (!StorageCommitment.SOP_CLASS.value().equals(command.getString(Tag.AffectedSOPClassUID))) {
            throw new RefusedMessageException(
                    DimseStatus.NO_SUCH_SOP_CLASS, "not the Storage Commitment Push Model SOP Class");
        }
        if (!StorageCommitment.SOP_INSTANCE.value().equals(command.getString(Tag.AffectedSOPInstanceUID))) {
            throw new RefusedMessageException(DimseStatus.NO_SUCH_SOP_INSTANCE, "not the well-known SOP Instance");
        }
        int event = command.getInt(Tag.EventTypeID, 0);
        if (event != StorageCommitment.SUCCESSFUL && event != StorageCommitment.FAILURES_EXIST) {
            throw new RefusedMessageException(DimseStatus.NO_SUCH_EVENT_TYPE, "the only Event Type IDs are 1 and 2");
        }
        if (data == null) {
            throw new RefusedMessageException(DimseStatus.NO_SUCH_ARGUMENT, "the report has no dataset");
        }
        return EventInformation.read(data, TransferSyntax.of(context.getTransferSyntax()));
    }

    /** Answers a report. */
    public static void answer(Association open, Presentation context, Attributes command, Answer answer)
            throws IOException {
        Attributes rsp = Commands.mkNEventReportRSP(command, answer.status());
        if (!answer.errorComment().isEmpty()) {
            rsp.setString(Tag.ErrorComment, VR.LO, Text.printable(answer.errorComment(), MAX_COMMENT));
        }
        open.writeDimseRSP(context, rsp);
    }
}
