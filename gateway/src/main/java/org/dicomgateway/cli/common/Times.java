package org.dicomgateway.cli.common;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * Times and ages as text. Times are local, with their offset from UTC, as in the logs and as {@code tail --since} takes
 * them (ISO 8601).
 */
public final class Times {

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXX").withZone(ZoneId.systemDefault());
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());

    private Times() {}

    /** A time to the second. */
    public static String of(Instant instant) {
        return SECONDS.format(instant);
    }

    /** A time to the millisecond. */
    public static String exact(Instant instant) {
        return MILLIS.format(instant);
    }

    /** An age in the largest unit that fits, rounded down: {@code 3 s}, {@code 12 min}, {@code 5 h}, {@code 2 d}. */
    public static String age(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }
}
