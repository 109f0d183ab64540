package org.dicomgateway.dicom.requestor;

import java.io.IOException;

/** The peer sent an answer that is not valid. */
final class UnexpectedAnswerException extends IOException {

    private static final long serialVersionUID = 1L;

    UnexpectedAnswerException(String what) {
        super(what);
    }
}
