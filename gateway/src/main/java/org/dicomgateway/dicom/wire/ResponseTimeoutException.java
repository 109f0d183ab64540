package org.dicomgateway.dicom.wire;

import java.io.IOException;

/** A request was not answered in time. */
public final class ResponseTimeoutException extends IOException {

    private static final long serialVersionUID = 1L;
}
