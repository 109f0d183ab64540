package org.dicomgateway.forward;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The calls and stores a destination owes us an answer to. For any number of threads. */
final class Unanswered {

    /** Silence for so long makes a destination suspect. */
    static final Duration SUSPECT_AFTER = Duration.ofSeconds(5);

    /** What any destination takes in a second, once it has it all; it may take that much longer. */
    private static final long BYTES_PER_SECOND = 20_000_000;

    private final InstantSource clock;
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
    private volatile Instant lastAnswer;

    Unanswered(InstantSource clock) {
        this.clock = clock;
        this.lastAnswer = clock.instant();
    }

    /** Begins to wait for an answer to so many bytes. */
    Wait begin(long bytes) {
        Wait wait = new Wait(SUSPECT_AFTER.plusMillis(bytes / (BYTES_PER_SECOND / 1000)));
        waits.add(wait);
        return wait;
    }

    /** Whether one of them waits too long. */
    boolean isOverdue() {
        return waits.stream().anyMatch(wait -> wait.isLongerThan(1));
    }

    /** Whether one of them waits too long, and nothing else was answered lately. */
    boolean isSuspect() {
        return isOverdue() && isSilentFor(1);
    }

    /** Whether all of them wait for more than twice the time that is too long, and nothing was answered in that time. */
    boolean isHopeless() {
        return isOverdue() && isSilentFor(2) && waits.stream().allMatch(wait -> wait.isLongerThan(2));
    }

    private boolean isSilentFor(int times) {
        Duration silence = Duration.between(lastAnswer, clock.instant());
        return silence.compareTo(SUSPECT_AFTER.multipliedBy(times)) > 0;
    }

    /** The longest silence of any. */
    Duration longest() {
        return waits.stream().map(Wait::silence).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /** That it keeps us waiting, for operators. */
    Optional<String> complaint() {
        return isOverdue()
                ? Optional.of("slow: a store or call is not answered for " + Health.seconds(longest()))
                : Optional.empty();
    }

    /** When the last answer came; when it was made, at first. */
    Instant lastAnswer() {
        return lastAnswer;
    }

    /** One of them. */
    final class Wait implements AutoCloseable {

        private final Duration patience;
        private volatile Instant moved = clock.instant();
        private volatile boolean answered;

        private Wait(Duration patience) {
            this.patience = patience;
        }

        /** Something went out: the destination reads. */
        void moved() {
            moved = clock.instant();
        }

        /** An answer came, whatever it says. */
        void answered() {
            answered = true;
        }

        @Override
        public void close() {
            waits.remove(this);
            if (answered) {
                lastAnswer = clock.instant();
            }
        }

        private Duration silence() {
            return Duration.between(moved, clock.instant());
        }

        private boolean isLongerThan(int times) {
            return silence().compareTo(patience.multipliedBy(times)) > 0;
        }
    }
}
