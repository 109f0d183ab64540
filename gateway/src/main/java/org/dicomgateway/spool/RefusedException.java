package org.dicomgateway.spool;

import org.jspecify.annotations.Nullable;

/** The spool did not take an instance. The message is fit for a log line: it holds no value of the dataset. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why it was not taken. */
    public enum Kind {
        /** The dataset's SOP class or instance UID differs from what was announced. */
        MISMATCH,
        /** The dataset's header cannot be parsed, or lacks its UIDs. */
        UNREADABLE,
        /** No room: free space under the watermark, or the file system is full. */
        NO_SPACE,
        /** The disk or the ledger failed. */
        FAULT,
        /** The spool is shutting down. */
        CLOSED
    }

    private final Kind kind;

    /** With a message fit for a log line. */
    public RefusedException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Why it was not taken. */
    public Kind kind() {
        return kind;
    }
}
