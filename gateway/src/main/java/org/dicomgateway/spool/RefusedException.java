package org.dicomgateway.spool;

import org.jspecify.annotations.Nullable;

/** The spool did not accept an instance. The message is safe for the log: it contains no value of the dataset. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The reason for the refusal. */
    public enum Kind {
        /** The dataset's SOP Class UID, SOP Instance UID or study differs from the announced one. */
        MISMATCH,
        /** The dataset's header cannot be parsed, or lacks its UIDs. */
        UNREADABLE,
        /** No space: the free space is below the limit, or the file system is full. */
        NO_SPACE,
        /** The disk or the ledger failed. */
        FAULT,
        /** The spool is shutting down, or an operator drains the gateway. */
        CLOSED
    }

    private final Kind kind;

    /** Creates the exception. The message must be safe for the log. */
    public RefusedException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Returns the reason for the refusal. */
    public Kind kind() {
        return kind;
    }
}
