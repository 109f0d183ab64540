package org.dicomgateway.forward;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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

    /** Whether there are any, and each waits for more than twice the time that is too long. */
    boolean areAllLongOverdue() {
        return isOverdue() && waits.stream().allMatch(wait -> wait.isLongerThan(2));
    }

    /** The longest silence of any. */
    Duration longest() {
        return waits.stream().map(Wait::silence).max(Duration::compareTo).orElse(Duration.ZERO);
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
