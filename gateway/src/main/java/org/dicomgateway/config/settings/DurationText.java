package org.dicomgateway.config.settings;

import java.time.Duration;
import java.util.Locale;

/** Durations as text. */
public final class DurationText {

    private DurationText() {}

    /** A time in tenths of a second, for a sentence: {@code 1.5 s}. */
    public static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    /** As an operator writes it, in the largest unit that leaves no remainder: {@code 90 s}. */
    public static String of(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0 || millis % 1000 != 0) {
            return millis + " ms";
        }
        long seconds = millis / 1000;
        if (seconds % 60 != 0) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        if (minutes % 60 != 0) {
            return minutes + " m";
        }
        long hours = minutes / 60;
        return hours % 24 != 0 ? hours + " h" : hours / 24 + " d";
    }
}
