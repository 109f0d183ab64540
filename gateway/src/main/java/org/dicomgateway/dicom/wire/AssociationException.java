package org.dicomgateway.dicom.wire;

import java.util.Optional;
import org.dicomgateway.dicom.values.Rejection;
import org.jspecify.annotations.Nullable;

/** An association could not be opened, or it ended before the expected answer. */
public final class AssociationException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The kinds of failure. */
    public enum Cause {
        /** No TCP connection: refused, unreachable, unknown host, or timeout. */
        CONNECT,
        /** A-ASSOCIATE-RJ, see {@link #rejection()}. */
        REJECTED,
        /** A-ABORT from the peer. */
        ABORTED,
        /** No answer in time, or the peer stopped reading. */
        TIMEOUT,
        /** The connection broke or was closed. */
        CONNECTION_LOST,
        /** The peer sent an answer that is not valid. */
        PROTOCOL
    }

    private final Cause reason;
    private final transient @Nullable Rejection rejection;

    /** With a message for an operator: what failed, with which peer, after which time. */
    public AssociationException(Cause reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.rejection = null;
    }

    /** For an A-ASSOCIATE-RJ. */
    public AssociationException(Rejection rejection, String message) {
        super(message);
        this.reason = Cause.REJECTED;
        this.rejection = rejection;
    }

    /** The kind of failure. */
    public Cause reason() {
        return reason;
    }

    /** The A-ASSOCIATE-RJ, when {@link #reason()} is {@link Cause#REJECTED}. */
    public Optional<Rejection> rejection() {
        return Optional.ofNullable(rejection);
    }
}
