package org.dicomgateway.config.settings;

import java.time.Duration;

/** Durations as an operator writes them: {@code 90 s}, the largest unit that leaves no remainder. */
public final class DurationText {

    private DurationText() {}

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
