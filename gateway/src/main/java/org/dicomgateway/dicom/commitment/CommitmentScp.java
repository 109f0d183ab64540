package org.dicomgateway.dicom.commitment;

import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;

/** Serves requests of storage commitment (PS3.4 J.3.2). Called in the thread of the association with the request. */
public interface CommitmentScp {

    /**
     * Why this peer may not request storage commitment; empty when it may. Asked before the request is read.
     *
     * @return the Error Comment of the response; at most 64 characters are sent
     */
    String refusal(Origin origin);

    /**
     * Takes a request. With success, the request is durable when this returns, and the peer will get its result.
     *
     * @param channel the association of the request
     */
    Answer request(CommitmentRequest request, Origin origin, ReportChannel channel);

    /**
     * An N-ACTION-RSP, or an N-EVENT-REPORT-RSP (PS3.7 10.3.5 and 10.3.1).
     *
     * @param status (0000,0900), see {@link DimseStatus}
     * @param errorComment (0000,0902); at most 64 characters are sent; empty for none
     */
    record Answer(int status, String errorComment) {

        /** The request, or the report, is taken. */
        public static final Answer TAKEN = new Answer(DimseStatus.SUCCESS, "");
    }
}
