package org.dicomgateway.dicom.wire;

import java.io.IOException;
import org.aoju.bus.image.metric.internal.pdu.AAbort;

/**
 * Exceptions that make the toolkit send A-ABORT and close, when one of its reads throws them (PS3.8 9.3.8). The
 * exception of the toolkit has no message, so the cause contains it.
 */
public final class Aborts {

    private static final int SERVICE_USER = 0;
    private static final int SERVICE_PROVIDER = 2;
    private static final int REASON_NOT_SPECIFIED = 0;
    private static final int UNEXPECTED_PDU = 2;
    private static final int INVALID_PARAMETER_VALUE = 6;

    private Aborts() {}

    /** The gateway, as the user of the association, ends it. */
    public static IOException becauseOf(Throwable cause) {
        return abort(SERVICE_USER, REASON_NOT_SPECIFIED, cause);
    }

    static IOException becauseOfTimeout(Throwable cause) {
        return abort(SERVICE_PROVIDER, REASON_NOT_SPECIFIED, cause);
    }

    /** The peer sent something that no implementation sends. */
    public static IOException becauseOfViolation(String what) {
        return abort(SERVICE_PROVIDER, INVALID_PARAMETER_VALUE, new IOException(what));
    }

    /** The peer sent a PDU that is not expected now. */
    static IOException becauseOfUnexpectedPdu(String what) {
        return abort(SERVICE_PROVIDER, UNEXPECTED_PDU, new IOException(what));
    }

    private static IOException abort(int source, int reason, Throwable cause) {
        AAbort abort = new AAbort(source, reason);
        abort.initCause(cause);
        return abort;
    }
}
