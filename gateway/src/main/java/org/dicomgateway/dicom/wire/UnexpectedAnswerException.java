package org.dicomgateway.dicom.wire;

import java.io.IOException;

/** The peer sent an answer that is not valid. */
public final class UnexpectedAnswerException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Names what is not valid. */
    public UnexpectedAnswerException(String what) {
        super(what);
    }
}
