package org.dicomgateway.config.settings;

import java.time.Duration;
import java.util.regex.Pattern;

/** Limits that several settings share. */
public final class Limits {

    /** The shortest timeout. A shorter one could pass before the work has begun. */
    public static final Duration MIN_TIMEOUT = Duration.ofMillis(100);
    /** Longest timeout. */
    public static final Duration MAX_TIMEOUT = Duration.ofHours(24);

    /** The smallest PDU length to ask a peer for: DCMTK accepts no smaller one. */
    public static final DataSize MIN_PDU = DataSize.ofKibibytes(4);
    /** Largest PDU length to ask a peer for. */
    public static final DataSize MAX_PDU = DataSize.ofMebibytes(1);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private Limits() {}

    /**
     * Checks a name of a listener, destination or route. Names appear in logs, metrics and commands, and must not
     * need quotes.
     */
    public static String name(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("a name is 1 to 64 letters, digits, '-' and '_': '" + text + "'");
        }
        return text;
    }
}
