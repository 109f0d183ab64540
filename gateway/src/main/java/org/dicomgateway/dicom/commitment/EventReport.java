package org.dicomgateway.dicom.commitment;

import java.io.IOException;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.DataWriter;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.wire.Response;

/** Sends N-EVENT-REPORT requests (PS3.7 10.1.1). */
public final class EventReport {

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
}
