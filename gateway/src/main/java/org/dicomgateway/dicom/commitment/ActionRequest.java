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

/** Sends N-ACTION requests for storage commitment (PS3.7 10.1.4, PS3.4 J.3.2). */
public final class ActionRequest {

    private ActionRequest() {}

    /** Sends a request on an open association. The response comes later, or the reason why there is none. */
    public static Response send(Association open, Presentation context, int messageId, CommitmentRequest request)
            throws IOException, InterruptedException {
        byte[] dataset = ActionInformation.write(request, TransferSyntax.of(context.getTransferSyntax()));
        Response response = new Response(messageId, Dimse.N_ACTION_RSP);
        Attributes command = Commands.mkNActionRQ(
                messageId,
                StorageCommitment.SOP_CLASS.value(),
                StorageCommitment.SOP_INSTANCE.value(),
                StorageCommitment.REQUEST,
                new Attributes());
        DataWriter writer = (out, syntax) -> out.write(dataset);
        open.invoke(context, command, writer, response, 0);
        return response;
    }
}
