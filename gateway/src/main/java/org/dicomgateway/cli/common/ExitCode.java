package org.dicomgateway.cli.common;

/** The exit codes of all commands. A signal ends a command with 128 plus its number, as usual. */
public final class ExitCode {

    /** Done. */
    public static final int DONE = 0;
    /** It could not be done; standard error says why. */
    public static final int FAILED = 1;
    /** The arguments or the configuration are wrong; standard error says where. */
    public static final int MISUSED = 2;

    /** The running gateway did not answer, does not know the user, or does not allow the action. */
    public static final int UNREACHABLE = 3;

    private ExitCode() {}
}
