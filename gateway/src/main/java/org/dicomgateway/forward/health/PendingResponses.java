package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * The calls and stores that wait for an answer from one destination. Safe for any number of threads.
 *
 * <p>There are two limits for a wait. After {@link #SUSPECT_AFTER} any destination is {@linkplain #isSuspect suspect}
 * of hanging: it is then asked by C-ECHO, and may be found down. Much sooner, measured by its usual times, it is
 * {@linkplain #isSilent silent}; a mistake there costs little. While bytes still move, there is no silence.
 */
public final class PendingResponses {

    /** How long a silence makes a destination suspect. */
    public static final Duration SUSPECT_AFTER = Duration.ofSeconds(5);

    /**
     * Any destination can process this much per second after it has received an instance; large ones get that much
     * longer.
     */
    private static final long BYTES_PER_SECOND = 20_000_000;

    /** No destination is silent before this time, for each MiB begun that it received. */
    static final Duration SILENT_AFTER = Duration.ofSeconds(1);

    /** Nor before this multiple of the longest recent answer time. */
    private static final int TIMES_LONGEST = 3;

    /** How much of the longest time remains after each further answer. */
    private static final double FORGET = 0.98;

    private final InstantSource clock;
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
    private final AtomicLong stores = new AtomicLong();
    private volatile Instant lastAnswer;
    private volatile Instant lastStored;
    private volatile Duration longestLately = Duration.ZERO;

    PendingResponses(InstantSource clock) {
        this.clock = clock;
        this.lastAnswer = clock.instant();
        this.lastStored = lastAnswer;
    }

    /** Begins to wait for an answer to a call. */
    public Wait beginCall() {
        return begin(false, 0);
    }

    /** Begins to wait for an answer to a store of so many bytes. */
    public Wait beginStore(long bytes) {
        return begin(true, bytes);
    }

    private Wait begin(boolean store, long bytes) {
        Wait wait = new Wait(store, bytes);
        waits.add(wait);
        return wait;
    }

    /** Whether any of them has waited too long. */
    public boolean isOverdue() {
        return waits.stream().anyMatch(wait -> wait.isLongerThan(1));
    }

    /** Whether any of them has waited too long, and nothing else was answered recently. */
    public boolean isSuspect() {
        return isOverdue() && isSilentFor(1);
    }

    /** Whether all of them have waited more than twice the allowed time, with no answer at all in that time. */
    public boolean isHopeless() {
        return isOverdue() && isSilentFor(2) && waits.stream().allMatch(wait -> wait.isLongerThan(2));
    }

    /**
     * Whether all of them have waited longer than this destination usually takes, and no store was answered in that
     * time. This does not say that it hangs.
     */
    public boolean isSilent() {
        return isAwaited()
                && waits.stream().allMatch(Wait::isUnusual)
                && Duration.between(lastStored, clock.instant()).compareTo(usual()) > 0;
    }

    /** Whether any of them waits that is not excused. */
    public boolean isAwaited() {
        return waits.stream().anyMatch(wait -> !wait.excused);
    }

    /** The destination answers: current waits are slow, and say nothing about later ones. */
    public void excuse() {
        waits.forEach(wait -> wait.excused = true);
    }

    /** How long an answer may take before that is unusual, for each MiB begun. */
    private Duration usual() {
        Duration patience = longestLately.multipliedBy(TIMES_LONGEST);
        return patience.compareTo(SILENT_AFTER) < 0 ? SILENT_AFTER : patience;
    }

    private synchronized void stored(Duration took) {
        Duration faded = Duration.ofNanos((long) (longestLately.toNanos() * FORGET));
        longestLately = took.compareTo(faded) < 0 ? faded : took;
        lastStored = clock.instant();
        stores.incrementAndGet();
    }

    private boolean isSilentFor(int times) {
        Duration silence = Duration.between(lastAnswer, clock.instant());
        return silence.compareTo(SUSPECT_AFTER.multipliedBy(times)) > 0;
    }

    /** The longest current silence. */
    public Duration longest() {
        return waits.stream().map(Wait::silence).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /** A message for operators while an answer is overdue. */
    Optional<String> complaint() {
        return isOverdue()
                ? Optional.of("slow: a store or call is not answered for " + DurationText.seconds(longest()))
                : Optional.empty();
    }

    /** When the last answer came; before the first one, when this object was made. */
    public Instant lastAnswer() {
        return lastAnswer;
    }

    /** How many stores were answered. */
    long stores() {
        return stores.get();
    }

    /** One call or store that waits for its answer. */
    public final class Wait implements AutoCloseable {

        private final boolean store;
        private final Duration patience;
        private final long mebibytes;
        private volatile Instant moved = clock.instant();
        private volatile boolean answered;
        private volatile boolean excused;

        private Wait(boolean store, long bytes) {
            this.store = store;
            this.patience = SUSPECT_AFTER.plusMillis(bytes / (BYTES_PER_SECOND / 1000));
            this.mebibytes = 1 + bytes / ByteSize.MIB;
        }

        /** Data was sent: the destination reads. */
        public void moved() {
            moved = clock.instant();
        }

        /** An answer came, with any result. */
        public void answered() {
            answered = true;
        }

        @Override
        public void close() {
            waits.remove(this);
            if (answered) {
                lastAnswer = clock.instant();
                if (store) {
                    stored(silence().dividedBy(mebibytes));
                }
            }
        }

        private Duration silence() {
            return Duration.between(moved, clock.instant());
        }

        private boolean isUnusual() {
            return silence().compareTo(usual().multipliedBy(mebibytes)) > 0;
        }

        private boolean isLongerThan(int times) {
            return silence().compareTo(patience.multipliedBy(times)) > 0;
        }
    }
}
