package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Deferred;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.spool.Claim;

/**
 * Decides whose trouble it is that an instance was not taken, and tells the breaker what that says of the destination.
 *
 * <p>One rule for refusals, whatever their code: the destination is judged by first attempts of different instances.
 * When {@value #SEVERAL} of them in a row were refused it is suspect, and nothing is held against the instances; unless
 * it took one within the last {@link #LATELY}, the breaker opens. What was refused before says nothing of the
 * destination when it is refused again; as long as that is not suspect, it is the instance's trouble.
 *
 * <p>A store that breaks off without an answer is the destination's trouble, until it is the same instance's again and
 * again while others pass: one that makes a server crash or hang must not hold up a lane for ever.
 *
 * <p>Remembers in memory only, and the most recent {@value #REMEMBERED} troubles only. For any number of threads.
 */
public final class FaultAttribution {

    /** Different instances, refused in a row at their first attempt, that make a destination suspect. */
    public static final int SEVERAL = 5;

    /** A destination that took an instance within this time does not refuse everything; it may be met by bad ones. */
    public static final Duration LATELY = Duration.ofSeconds(10);

    /** Stores broken off, with others passing between each two, after which the instance is to blame. */
    public static final int TO_BLAME_AFTER = 3;

    private static final int REMEMBERED = 10_000;

    private final Breaker breaker;
    private final InstantSource clock;
    private final Map<Long, Trouble> troubles = new LinkedHashMap<>();
    private final Set<String> studies = new HashSet<>();
    private long taken;
    private Deadline lately;
    private int refusedInARow;
    private Instant firstRefused = Instant.MIN;
    private String lastRefusal = "";

    /**
     * What a delivery met.
     *
     * @param refusals answers other than success
     * @param breaks stores without an answer, with others passing in between
     * @param takenThen how many the destination had taken when it met the last of them
     */
    private record Trouble(int refusals, int breaks, long takenThen) {}

    public FaultAttribution(Breaker breaker, InstantSource clock) {
        this.breaker = breaker;
        this.clock = clock;
        this.lately = Deadline.after(clock, Duration.ZERO);
    }

    /**
     * The outcome of an attempt, given what {@link OutcomeTable} makes of its answer.
     *
     * @param passesOn whether another destination gets the instance when this one refused it as often as it may
     */
    public synchronized Outcome of(Claim claim, Outcome answer, Predicate<Claim> passesOn) {
        return answer.<Outcome>match(
                delivered -> delivered(claim, delivered),
                deferred -> broken(claim, deferred),
                refused -> refused(claim, refused, passesOn),
                this::impossible);
    }

    private Outcome delivered(Claim claim, Delivered outcome) {
        troubles.remove(claim.deliveryId());
        studies.clear();
        taken++;
        refusedInARow = 0;
        lately = Deadline.after(clock, LATELY);
        breaker.delivered();
        return outcome;
    }

    private Outcome refused(Claim claim, Refused outcome, Predicate<Claim> passesOn) {
        boolean first = !wasRefused(claim);
        Trouble before = before(claim);
        int refusals = Math.max(before.refusals(), claim.attempts()) + 1;
        remember(claim, new Trouble(refusals, before.breaks(), taken));
        lastRefusal = outcome.reason();
        if (first) {
            firstRefused = refusedInARow == 0 ? clock.instant() : firstRefused;
            refusedInARow++;
            if (studies.size() < REMEMBERED) {
                studies.add(claim.instance().studyInstanceUid());
            }
        }
        // What a destination in trouble says of the one delivery it is tried with is not held against that delivery.
        boolean used = breaker.allowsTraffic();
        tellBreaker(first);
        boolean counted = used && breaker.allowsTraffic() && (!isSuspect() || passesOn.test(claim));
        return new Refused(outcome.status(), outcome.reason(), refusals, counted);
    }

    private void tellBreaker(boolean first) {
        if (!isSuspect()) {
            breaker.answered();
        } else if (breaker.isHalfOpen()) {
            breaker.endTrial();
        } else if (first && lately.passed()) {
            breaker.refusesAll(refusedInARow, firstRefused, suspicion());
        }
    }

    private Outcome broken(Claim claim, Deferred outcome) {
        Trouble before = before(claim);
        boolean othersPassed = before.breaks() > 0 && before.takenThen() < taken;
        int breaks = before.breaks() + (othersPassed || before.breaks() == 0 ? 1 : 0);
        remember(claim, new Trouble(before.refusals(), breaks, taken));
        if (othersPassed && breaks >= TO_BLAME_AFTER) {
            return new Refused(outcome.status(), outcome.reason() + ", while others pass", breaks, true);
        }
        breaker.failed(true, outcome.reason());
        return outcome;
    }

    /** It is there, and cannot take this kind of instance: no more is said of either. */
    private Outcome impossible(Impossible outcome) {
        if (!isSuspect()) {
            breaker.answered();
        }
        return outcome;
    }

    /** Which of these, at least one, tells most of the destination: one that is unlike what it refused. */
    public synchronized Claim mostTelling(List<Claim> claims) {
        return claims.stream()
                .filter(claim -> !isLikeRefused(claim))
                .findFirst()
                .or(() -> claims.stream().filter(claim -> !wasRefused(claim)).findFirst())
                .orElse(claims.get(0));
    }

    /** Whether it was refused before, or is of a study of which something was since the destination last took any. */
    public synchronized boolean isLikeRefused(Claim claim) {
        return refusedInARow > 0 && (studies.contains(claim.instance().studyInstanceUid()) || wasRefused(claim));
    }

    /** That the destination is suspect, and what to do, for operators. */
    public synchronized Optional<String> complaint() {
        return isSuspect() ? Optional.of(suspicion()) : Optional.empty();
    }

    private String suspicion() {
        return "takes nothing: none of the last " + refusedInARow
                + " different instances was taken, the last answer was "
                + lastRefusal + "; nothing is parked for that, see its log: if it is full or broken, mend it, and if"
                + " these instances are at fault, discard them";
    }

    private boolean isSuspect() {
        return refusedInARow >= SEVERAL;
    }

    /** Whether it was refused before, as far as that is remembered. */
    public synchronized boolean wasRefused(Claim claim) {
        return claim.attempts() > 0 || before(claim).refusals() > 0;
    }

    private Trouble before(Claim claim) {
        return troubles.getOrDefault(claim.deliveryId(), new Trouble(0, 0, taken));
    }

    private void remember(Claim claim, Trouble trouble) {
        troubles.remove(claim.deliveryId());
        troubles.put(claim.deliveryId(), trouble);
        if (troubles.size() > REMEMBERED) {
            troubles.remove(troubles.keySet().iterator().next());
        }
    }
}
