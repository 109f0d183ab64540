package org.dicomgateway.cli.common;

/** What every command exits with; a signal ends one with 128 and its number, as everywhere. */
public final class ExitCode {

    /** Done. */
    public static final int DONE = 0;
    /** It could not be done; standard error says why. */
    public static final int FAILED = 1;
    /** The arguments or the configuration are wrong; standard error says where. */
    public static final int MISUSED = 2;

    /** The running gateway could not be asked: none answers, or it does not know who asks, or not let him do this. */
    public static final int UNREACHABLE = 3;

    private ExitCode() {}
}
