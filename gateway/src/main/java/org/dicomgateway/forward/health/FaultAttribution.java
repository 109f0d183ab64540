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
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.spool.Claim;

/**
 * Decides who is at fault when an instance was not taken, and reports to the breaker what this means for the
 * destination.
 *
 * <p>One rule holds for all refusals, whatever their code: first attempts of different instances judge the destination.
 * After {@value #SEVERAL} refusals of these in a row the destination is suspect, and nothing counts against the
 * instances. The breaker then opens, unless the destination took an instance within the last {@link #LATELY}. When an
 * instance that was refused before is refused again, this says nothing about the destination. While the destination is
 * not suspect, the instance is at fault.
 *
 * <p>A store that breaks off without an answer is the destination's fault. The exception is an instance that breaks off
 * again and again while others pass: an instance that makes a server crash or hang must not block a lane for ever. Of
 * several that were under way at once, each is then sent alone, until it is answered: so it is seen which one it is.
 *
 * <p>It remembers in memory only, and only the most recent {@value #REMEMBERED} troubles. Safe for any number of
 * threads.
 */
public final class FaultAttribution {

    /** How many different instances, refused in a row at their first attempt, make a destination suspect. */
    public static final int SEVERAL = 5;

    /** A destination that took an instance within this time does not refuse everything: the instances may be bad. */
    public static final Duration LATELY = Duration.ofSeconds(10);

    /** How many stores must break off, with others passing between them, before the instance is at fault. */
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
     * The failures of one delivery.
     *
     * @param refusals answers other than success
     * @param breaks stores without an answer, counted only when others passed in between
     * @param takenThen how many instances the destination had taken at the last of these failures
     * @param mayBreak whether a store broke off, with it or also with others under way, and it was not answered since
     */
    private record Trouble(int refusals, int breaks, long takenThen, boolean mayBreak) {}

    public FaultAttribution(Breaker breaker, InstantSource clock) {
        this.breaker = breaker;
        this.clock = clock;
        this.lately = Deadline.after(clock, Duration.ZERO);
    }

    /**
     * Decides the outcome of an attempt from what {@link OutcomeTable} makes of its answer.
     *
     * @param passesOn whether another destination gets the instance when this one has refused it too often
     */
    public synchronized Outcome of(Claim claim, Outcome answer, Predicate<Claim> passesOn) {
        return answer.<Outcome>match(
                delivered -> delivered(claim, delivered),
                deferred -> broken(claim, deferred),
                refused -> refused(claim, refused, passesOn),
                this::impossible,
                this::unavailable);
    }

    /**
     * Decides the outcome for all that were under way when a store broke off without an answer. When there were
     * several, it is not known which of them is the reason, if any is. Then the break counts once against the
     * destination, and against none of them; but each {@linkplain #mayBreak may break} the next one.
     *
     * @param claims at least one
     */
    public synchronized Outcome ofBreak(List<Claim> claims, Deferred answer, Predicate<Claim> passesOn) {
        if (claims.size() == 1) {
            return of(claims.get(0), answer, passesOn);
        }
        for (Claim claim : claims) {
            Trouble before = before(claim);
            remember(claim, new Trouble(before.refusals(), before.breaks(), before.takenThen(), true));
        }
        breaker.failed(true, answer.reason());
        return answer;
    }

    /** Whether an association broke while the claim was under way, and it was not answered since. */
    public synchronized boolean mayBreak(Claim claim) {
        return !troubles.isEmpty() && before(claim).mayBreak();
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
        remember(claim, new Trouble(refusals, before.breaks(), taken, false));
        lastRefusal = outcome.reason();
        if (first) {
            firstRefused = refusedInARow == 0 ? clock.instant() : firstRefused;
            refusedInARow++;
            if (studies.size() < REMEMBERED) {
                studies.add(claim.instance().studyInstanceUid());
            }
        }
        // A failing destination refuses the one delivery of its trial: this does not count against that delivery.
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
        remember(claim, new Trouble(before.refusals(), breaks, taken, true));
        if (othersPassed && breaks >= TO_BLAME_AFTER) {
            return new Refused(outcome.status(), outcome.reason() + ", while others pass", breaks, true);
        }
        breaker.failed(true, outcome.reason());
        return outcome;
    }

    /** The destination answers, but cannot take this kind of instance. This says nothing more about either. */
    private Outcome impossible(Impossible outcome) {
        if (!isSuspect()) {
            breaker.answered();
        }
        return outcome;
    }

    /** The destination says itself that it is at fault, or busy. */
    private Outcome unavailable(Unavailable outcome) {
        if (outcome.failing()) {
            breaker.failed(true, outcome.reason());
        }
        return outcome;
    }

    /** Which of these claims, at least one, says most about the destination: one unlike those it refused. */
    public synchronized Claim mostTelling(List<Claim> claims) {
        return claims.stream()
                .filter(claim -> !isLikeRefused(claim))
                .findFirst()
                .or(() -> claims.stream().filter(claim -> !wasRefused(claim)).findFirst())
                .orElse(claims.get(0));
    }

    /** Whether the claim was refused before, or its study had a refusal since the destination last took an instance. */
    public synchronized boolean isLikeRefused(Claim claim) {
        return refusedInARow > 0 && (studies.contains(claim.instance().studyInstanceUid()) || wasRefused(claim));
    }

    /** A message for operators while the destination is suspect, with what to do. */
    public synchronized Optional<String> complaint() {
        return isSuspect() ? Optional.of(suspicion()) : Optional.empty();
    }

    private String suspicion() {
        return "takes nothing: none of the last " + refusedInARow
                + " different instances was taken, the last answer was "
                + lastRefusal + "; these deliveries are not parked. Check its log: if it is full or broken,"
                + " repair it; if these instances are at fault, discard them";
    }

    private boolean isSuspect() {
        return refusedInARow >= SEVERAL;
    }

    /** Whether the claim was refused before, as far as that is remembered. */
    public synchronized boolean wasRefused(Claim claim) {
        return claim.attempts() > 0 || before(claim).refusals() > 0;
    }

    private Trouble before(Claim claim) {
        return troubles.getOrDefault(claim.deliveryId(), new Trouble(0, 0, taken, false));
    }

    private void remember(Claim claim, Trouble trouble) {
        troubles.remove(claim.deliveryId());
        troubles.put(claim.deliveryId(), trouble);
        if (troubles.size() > REMEMBERED) {
            troubles.remove(troubles.keySet().iterator().next());
        }
    }
}
