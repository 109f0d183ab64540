package org.dicomgateway.cli.common;

import org.jspecify.annotations.Nullable;

/** The running gateway did not answer, or refused; the message is for the operator. */
public final class RunningGatewayException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    RunningGatewayException(String message, int exitCode, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The exit code of the command. */
    int exitCode() {
        return exitCode;
    }
}
