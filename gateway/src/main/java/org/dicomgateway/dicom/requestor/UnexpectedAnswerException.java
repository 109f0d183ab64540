package org.dicomgateway.dicom.requestor;

import java.io.IOException;

/** The peer answered with what is no valid answer. */
final class UnexpectedAnswerException extends IOException {

    private static final long serialVersionUID = 1L;

    UnexpectedAnswerException(String what) {
        super(what);
    }
}
