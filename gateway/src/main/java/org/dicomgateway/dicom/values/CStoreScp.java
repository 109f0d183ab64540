package org.dicomgateway.dicom.values;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Serves C-STORE requests (PS3.4 Annex B). Called in the thread of the association that brought the request. */
@FunctionalInterface
public interface CStoreScp {

    /**
     * Receives one instance and returns the response.
     *
     * @param request the fields of the command; its dataset must be read to the end, and cannot be read after this
     *     returns
     * @throws IOException when the dataset cannot be read; the association is then aborted without a response
     */
    CStoreResponse cStore(CStoreRequest request) throws IOException;

    /**
     * A C-STORE-RQ (PS3.7 9.3.1.1).
     *
     * @param sopClass Affected SOP Class UID
     * @param sopInstance Affected SOP Instance UID
     * @param transferSyntax the one negotiated for the presentation context
     * @param origin the association that brought it
     * @param study the study that the dataset must belong to; empty: any. Only a request over DICOMweb can name one.
     * @param dataset the bytes of the dataset as they arrive
     */
    record CStoreRequest(
            Uid sopClass,
            Uid sopInstance,
            TransferSyntax transferSyntax,
            Origin origin,
            Optional<Uid> study,
            InputStream dataset) {}

    /**
     * A C-STORE-RSP (PS3.7 9.3.1.2).
     *
     * @param status (0000,0900), see {@link DimseStatus}
     * @param errorComment (0000,0902); at most 64 characters are sent; empty for none
     */
    record CStoreResponse(int status, String errorComment) {
        /** Success. */
        public static final CStoreResponse SUCCESS = new CStoreResponse(DimseStatus.SUCCESS, "");
    }
}
