package org.dicomgateway.cli.common;

import org.jspecify.annotations.Nullable;

/** The running gateway did not answer, or refused; the message is for the operator. */
public final class RunningGatewayException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final boolean conflict;

    RunningGatewayException(String message, int exitCode, @Nullable Throwable cause) {
        this(message, exitCode, cause, false);
    }

    RunningGatewayException(String message, int exitCode, @Nullable Throwable cause, boolean conflict) {
        super(message, cause);
        this.exitCode = exitCode;
        this.conflict = conflict;
    }

    /** Whether the gateway refused because of its present state (HTTP 409). */
    public boolean isConflict() {
        return conflict;
    }

    /** The exit code of the command. */
    public int exitCode() {
        return exitCode;
    }
}
