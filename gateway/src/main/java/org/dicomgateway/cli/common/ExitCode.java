package org.dicomgateway.cli.common;

/**
 * The exit codes of all commands; docs/commands.md has them as one table. A signal ends a command with 128 plus its
 * number, as usual.
 */
public final class ExitCode {

    /** Done; also when there was nothing to do, or when it was so already. */
    public static final int DONE = 0;
    /** It could not be done, or the result shows that something is wrong; standard error or the output says what. */
    public static final int FAILED = 1;
    /** The arguments or the configuration are wrong, or nothing has the name; standard error says where. */
    public static final int MISUSED = 2;

    /** The running gateway did not answer, does not know the user, or does not allow the action. */
    public static final int UNREACHABLE = 3;

    /** Nothing is known of what was looked up. */
    public static final int NOT_FOUND = 4;

    /** The gateway takes nothing more in, but did not deliver all that it has. */
    public static final int LEFT = 5;

    private ExitCode() {}
}
