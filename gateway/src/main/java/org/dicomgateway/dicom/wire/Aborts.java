package org.dicomgateway.dicom.wire;

import java.io.IOException;
import org.aoju.bus.image.metric.internal.pdu.AAbort;

/**
 * The exceptions that make the toolkit send A-ABORT and close, when one of its reads throws them (PS3.8 9.3.8). The
 * toolkit knows no message, so the cause carries it.
 */
public final class Aborts {

    private static final int SERVICE_USER = 0;
    private static final int SERVICE_PROVIDER = 2;
    private static final int REASON_NOT_SPECIFIED = 0;
    private static final int UNEXPECTED_PDU = 2;
    private static final int INVALID_PARAMETER_VALUE = 6;

    private Aborts() {}

    /** We, as the user of the association, do not go on. */
    public static IOException becauseOf(Throwable cause) {
        return abort(SERVICE_USER, REASON_NOT_SPECIFIED, cause);
    }

    static IOException becauseOfTimeout(Throwable cause) {
        return abort(SERVICE_PROVIDER, REASON_NOT_SPECIFIED, cause);
    }

    /** The peer sent what no implementation sends. */
    public static IOException becauseOfViolation(String what) {
        return abort(SERVICE_PROVIDER, INVALID_PARAMETER_VALUE, new IOException(what));
    }

    /** The peer sent what is not due now. */
    static IOException becauseOfUnexpectedPdu(String what) {
        return abort(SERVICE_PROVIDER, UNEXPECTED_PDU, new IOException(what));
    }

    private static IOException abort(int source, int reason, Throwable cause) {
        AAbort abort = new AAbort(source, reason);
        abort.initCause(cause);
        return abort;
    }
}
