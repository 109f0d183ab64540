package org.dicomgateway.dicom.requestor;

import java.io.IOException;

/** A request was not answered in time. */
final class ResponseTimeoutException extends IOException {

    private static final long serialVersionUID = 1L;
}
