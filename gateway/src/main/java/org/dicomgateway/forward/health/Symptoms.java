package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is wrong at a destination that delivers: it refuses instances, or is slow. */
public final class Symptoms {

    /** Older symptoms are forgotten. */
    public static final Duration MEMORY = Duration.ofMinutes(5);

    /** With fewer refusals than this, the instances are at fault. */
    private static final int REFUSALS = 3;

    /** A C-ECHO is late when its answer takes longer. */
    private static final Duration LATE = Duration.ofSeconds(2);

    private final InstantSource clock;
    private final String probe;
    private final ResponseTimes times = new ResponseTimes();
    private final Deque<Instant> refusals = new ArrayDeque<>();
    private String lastRefusal = "";
    private Optional<Noted> late = Optional.empty();

    private record Noted(Instant at, String what) {}

    /** For a destination that is asked by C-ECHO. */
    public Symptoms(InstantSource clock) {
        this(clock, "a C-ECHO");
    }

    /** @param probe what the destination is asked by, for operators */
    Symptoms(InstantSource clock, String probe) {
        this.clock = clock;
        this.probe = probe;
    }

    /** What the destination is asked by, for operators. */
    public String probe() {
        return probe;
    }

    /** A store was answered with success. Returns whether the destination has just become slow. */
    public synchronized boolean stored(Duration took, long bytes) {
        boolean slowBefore = times.slow().isPresent();
        times.add(took, bytes);
        if (times.slow().isEmpty()) {
            late = Optional.empty();
        }
        return !slowBefore && times.slow().isPresent();
    }

    /** The destination refused an instance. */
    public synchronized void refused(String reason) {
        refusals.addLast(clock.instant());
        if (refusals.size() > REFUSALS) {
            refusals.removeFirst();
        }
        lastRefusal = reason;
    }

    /** The destination answered a C-ECHO after this time. */
    public synchronized void echoed(Duration took) {
        late = took.compareTo(LATE) < 0
                ? Optional.empty()
                : Optional.of(new Noted(
                        clock.instant(),
                        String.format(Locale.ROOT, "slow: %s took %.1f s", probe, took.toMillis() / 1000.0)));
    }

    /** The destination is slow to answer. */
    public synchronized void slow(String what) {
        late = Optional.of(new Noted(clock.instant(), what));
    }

    /** The messages for operators. */
    public synchronized List<String> complaints() {
        Instant now = clock.instant();
        Optional<String> refusing = refusals.size() == REFUSALS && isRecent(refusals.getFirst(), now)
                ? Optional.of("refuses instances, the last with " + lastRefusal)
                : Optional.empty();
        Optional<String> slow =
                times.slow().or(() -> late.filter(it -> isRecent(it.at(), now)).map(Noted::what));
        return Diagnosis.present(List.of(refusing, slow));
    }

    private static boolean isRecent(Instant then, Instant now) {
        return !now.isBefore(then) && now.isBefore(then.plus(MEMORY));
    }
}
