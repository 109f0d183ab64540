package org.dicomgateway.cluster;

import java.sql.SQLException;

/** A commit failed, or was not confirmed by a standby: what it did may hold or not. */
final class UnknownOutcomeException extends SQLException {

    private static final long serialVersionUID = 1L;

    /** The server's process that committed. */
    private final int backend;

    UnknownOutcomeException(String message, int backend, SQLException cause) {
        super(message, cause);
        this.backend = backend;
    }

    int backend() {
        return backend;
    }
}
