package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.DimseRQHandler;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.commitment.EventReport;
import org.dicomgateway.dicom.commitment.RefusedMessageException;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.wire.Aborts;
import org.jspecify.annotations.Nullable;

/**
 * The requests that the accepting side sends: reports of storage commitment; anything else ends the association.
 *
 * @param reports takes them
 * @param origin who sends them
 */
record OnlyReports(CommitmentScu reports, Origin origin) implements DimseRQHandler {

    @Override
    public void onDimse(
            Association open, Presentation context, Dimse dimse, Attributes command, @Nullable PDVInputStream data)
            throws IOException {
        if (dimse != Dimse.N_EVENT_REPORT_RQ) {
            throw Aborts.becauseOfViolation("a " + dimse + " request, but only responses and reports are expected");
        }
        Answer answer = answer(context, command, data);
        if (data != null) {
            data.skipAll();
        }
        EventReport.answer(open, context, command, answer);
    }

    private Answer answer(Presentation context, Attributes command, @Nullable PDVInputStream data) throws IOException {
        try {
            return reports.report(EventReport.read(context, command, data), origin);
        } catch (RefusedMessageException e) {
            return new Answer(e.status(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void onClose(Association closed) {}
}
