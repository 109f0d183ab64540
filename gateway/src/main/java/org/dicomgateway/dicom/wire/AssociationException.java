package org.dicomgateway.dicom.wire;

import java.util.Optional;
import org.dicomgateway.dicom.values.Rejection;
import org.jspecify.annotations.Nullable;

/** An association could not be opened, or ended without the answer that was waited for. */
public final class AssociationException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Where it failed. */
    public enum Cause {
        /** No TCP connection: refused, unreachable, unknown host, or not in time. */
        CONNECT,
        /** A-ASSOCIATE-RJ: {@link #rejection()} says which. */
        REJECTED,
        /** A-ABORT from the peer. */
        ABORTED,
        /** No answer in time, or the peer stopped reading. */
        TIMEOUT,
        /** The connection broke or was closed. */
        CONNECTION_LOST,
        /** The peer sent something that is no valid answer. */
        PROTOCOL
    }

    private final Cause reason;
    private final transient @Nullable Rejection rejection;

    /** With a message fit for an operator: what, to whom, how long it took. */
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

    /** Where it failed. */
    public Cause reason() {
        return reason;
    }

    /** The A-ASSOCIATE-RJ, when {@link #reason()} is {@link Cause#REJECTED}. */
    public Optional<Rejection> rejection() {
        return Optional.ofNullable(rejection);
    }
}
