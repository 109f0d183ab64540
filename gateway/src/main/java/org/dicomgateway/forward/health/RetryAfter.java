package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.dicomgateway.forward.outcome.Deadline;

/**
 * Until when a destination asked to be left alone (status 429, and the header Retry-After; RFC 6585 4, RFC 9110
 * 10.2.3). It is not down: it is only not used until then. Safe for any number of threads; asking never waits.
 */
public final class RetryAfter {

    /** A server that asks for more is asked again after this time. */
    public static final Duration LONGEST = Duration.ofHours(1);

    private final InstantSource clock;
    private volatile Deadline until;
    private volatile String why = "";

    RetryAfter(InstantSource clock) {
        this.clock = clock;
        this.until = Deadline.after(clock, Duration.ZERO);
    }

    /** The destination asked to be left alone for this time. An earlier, longer time stays. */
    public synchronized void ask(Duration wait, String reason) {
        Duration bounded = wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
        if (bounded.compareTo(until.remaining()) > 0) {
            until = Deadline.after(clock, bounded);
            why = reason;
        }
    }

    /** Whether nothing may be sent now. */
    public boolean isOn() {
        return !until.passed();
    }

    /** A message for operators while the destination is left alone. */
    Optional<String> complaint() {
        return isOn() ? Optional.of("asks to be left alone until " + until.end() + ": " + why) : Optional.empty();
    }
}
