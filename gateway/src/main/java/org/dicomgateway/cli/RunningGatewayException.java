package org.dicomgateway.cli;

import org.jspecify.annotations.Nullable;

/** The running gateway could not be asked, or refused; the message is for the operator. */
final class RunningGatewayException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean misuse;

    RunningGatewayException(String message, boolean misuse, @Nullable Throwable cause) {
        super(message, cause);
        this.misuse = misuse;
    }

    /** What the command exits with. */
    int exitCode() {
        return misuse ? ExitCode.MISUSED : ExitCode.FAILED;
    }
}
