package org.dicomgateway.receive;

import java.io.IOException;

/** An association, or a request over DICOMweb, sent more than it may. */
public final class SizeLimitException extends IOException {

    private static final long serialVersionUID = 1L;

    SizeLimitException(String message) {
        super(message);
    }
}
