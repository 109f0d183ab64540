package org.dicomgateway.dicom.dataset;

import java.io.IOException;

/** The header of a dataset or part-10 stream cannot be parsed. The message says where and why, without any value. */
public final class UnreadableDatasetException extends IOException {

    private static final long serialVersionUID = 1L;

    /** With a message for a log line. */
    public UnreadableDatasetException(String message) {
        super(message);
    }

    /** With the parser's exception as cause. */
    public UnreadableDatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
