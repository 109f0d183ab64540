package org.dicomgateway.forward.health;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * Whether a destination takes much longer than usual. Compares an average over the last few stores with a second
 * average that follows it down at once and up only slowly. Large instances take longer, so times are per MiB begun. For
 * one thread at a time.
 */
final class ResponseTimes {

    private static final double FAST = 0.2;
    private static final double LEARN = 0.05;
    private static final double FORGET = 0.001;

    /** How many stores are needed before a result. */
    private static final int ENOUGH = 10;

    private static final double TIMES_USUAL = 4;
    private static final double TIMES_USUAL_AGAIN = 2;
    private static final double SLOW_MILLIS = 1_000;

    private long count;
    private double recent;
    private double usual;
    private boolean slow;

    void add(Duration took, long bytes) {
        double millis = took.toMillis() / (1 + Math.floor(bytes / (double) ByteSize.MIB));
        count++;
        if (count == 1) {
            recent = millis;
            usual = millis;
        } else {
            recent += FAST * (millis - recent);
            boolean learning = count <= ENOUGH || recent < usual;
            usual += (learning ? LEARN : FORGET) * (recent - usual);
        }
        double bound = slow ? TIMES_USUAL_AGAIN : TIMES_USUAL;
        slow = count > ENOUGH && recent > bound * usual && (slow ? 2 : 1) * recent > SLOW_MILLIS;
    }

    /** A message for operators while it is slow. */
    Optional<String> slow() {
        return slow
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "slow: a store takes %.1f s, %.0f times as long as usual",
                        recent / 1000,
                        recent / usual))
                : Optional.empty();
    }
}
