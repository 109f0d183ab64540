package org.dicomgateway.cli;

/** What every command exits with. */
public final class ExitCode {

    /** Done. */
    public static final int DONE = 0;
    /** It could not be done; standard error says why. */
    public static final int FAILED = 1;
    /** The arguments or the configuration are wrong; standard error says where. */
    public static final int MISUSED = 2;

    private ExitCode() {}
}
