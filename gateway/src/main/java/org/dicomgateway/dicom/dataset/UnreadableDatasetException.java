package org.dicomgateway.dicom.dataset;

import java.io.IOException;

/** A dataset or part-10 stream whose header cannot be parsed. The message tells where and why, without its values. */
public final class UnreadableDatasetException extends IOException {

    private static final long serialVersionUID = 1L;

    /** With a message fit for a log line. */
    public UnreadableDatasetException(String message) {
        super(message);
    }

    /** With the parser's exception as cause. */
    public UnreadableDatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
