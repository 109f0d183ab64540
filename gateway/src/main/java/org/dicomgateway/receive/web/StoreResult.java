package org.dicomgateway.receive.web;

import java.util.Optional;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Uid;

/**
 * What became of one part of a request.
 *
 * @param sopClass its SOP class; empty: it could not be read
 * @param sopInstance its SOP instance; empty: it could not be read
 * @param status as of a C-STORE; also the failure reason (PS3.18 I.2.2)
 */
record StoreResult(Optional<Uid> sopClass, Optional<Uid> sopInstance, int status) {

    /** Failure: the transfer syntax is not supported (PS3.18 Table I.2-2). */
    static final int TRANSFER_SYNTAX_NOT_SUPPORTED = 0xC122;

    /** A part of which nothing can be said but that it is none. */
    static final StoreResult UNREADABLE =
            new StoreResult(Optional.empty(), Optional.empty(), DimseStatus.CANNOT_UNDERSTAND);

    boolean isStored() {
        return status == DimseStatus.SUCCESS;
    }
}
