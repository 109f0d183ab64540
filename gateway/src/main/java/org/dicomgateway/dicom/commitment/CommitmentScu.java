package org.dicomgateway.dicom.commitment;

import org.dicomgateway.dicom.commitment.CommitmentScp.Answer;
import org.dicomgateway.dicom.values.Origin;

/**
 * Takes the reports on requests that the gateway made (PS3.4 J.3.3). Called in the thread of the association with the
 * report, which is that of the request or one that the peer opened.
 */
public interface CommitmentScu {

    /**
     * Why nothing is expected from this peer; empty when its reports are read.
     *
     * @return the Error Comment of the response; at most 64 characters are sent
     */
    String refusal(Origin origin);

    /**
     * Takes a report. With success, the peer need not report again.
     *
     * @param origin the calling AE title is that of the peer that reports
     */
    Answer report(CommitmentResult result, Origin origin);
}
