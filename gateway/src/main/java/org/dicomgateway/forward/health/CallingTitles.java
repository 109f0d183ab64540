package org.dicomgateway.forward.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.outcome.Backoff;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Settlement;

/**
 * Which of the senders' AE titles a destination accepts, when the gateway calls it by those titles ({@code calling-ae =
 * preserve}). When the destination rejects one title, only deliveries with that title are put off, longer each time.
 * There are as many titles as senders. Safe for any number of threads.
 */
public final class CallingTitles {

    /** A title that was not tried for this long after it could have been tried is no longer reported. */
    private static final Duration MEMORY = Duration.ofMinutes(5);

    /** How often a title is put off, while no other was accepted yet, before the destination counts as failing. */
    public static final int BEFORE_OTHERS = 3;

    /** A sender that uses a new title each time must not fill the memory. */
    private static final int REMEMBERED = 1_000;

    private final Optional<AeTitle> fixed;
    private final InstantSource clock;
    private final Backoff waits;
    private final Set<AeTitle> welcome = new HashSet<>();
    private final Map<AeTitle, Unwelcome> unwelcome = new HashMap<>();

    /**
     * A title that the destination rejected.
     *
     * @param memory when the title is forgotten, if it is not tried before
     */
    private record Unwelcome(int times, Deadline until, Deadline memory, String why) {}

    CallingTitles(DestinationSettings settings, InstantSource clock, RandomGenerator random) {
        this.fixed = settings.callingAe();
        this.clock = clock;
        this.waits =
                new Backoff(settings.retry().initialDelay(), settings.retry().maxDelay(), random);
    }

    /** The calling AE title for a claim. */
    public AeTitle of(Claim claim) {
        return of(claim, fixed);
    }

    /** The calling AE title for a claim, given the title that is set for the destination, if any. */
    public static AeTitle of(Claim claim, Optional<AeTitle> fixed) {
        return fixed.orElseGet(() -> claim.instance().origin().calling());
    }

    /** The destination took an instance from this caller. */
    public synchronized void taken(AeTitle calling) {
        if (fixed.isPresent()) {
            return;
        }
        unwelcome.remove(calling);
        if (welcome.size() < REMEMBERED) {
            welcome.add(calling);
        }
    }

    /**
     * An association by this title failed, or was aborted at its first store.
     *
     * @return whether the title is taken to be the reason. Then the failure says about the destination only that it
     *     answers. When this is not certain and no other title was accepted, the title is put off anyway; after
     *     {@link #BEFORE_OTHERS} times the failure counts against the destination
     */
    public synchronized boolean refuses(AeTitle calling, AssociationException failure, String why) {
        boolean certain = OutcomeTable.isCallerUnknown(failure);
        if (fixed.isPresent() || (!certain && !OutcomeTable.mayBeForCaller(failure))) {
            return false;
        }
        boolean taken = welcome.remove(calling);
        if (taken && !certain) {
            return false;
        }
        unwelcome.values().removeIf(it -> it.memory().passed());
        Unwelcome before = unwelcome.get(calling);
        if (before != null && !before.until().passed()) {
            // Another worker called by the same title, and got the same answer.
            return true;
        }
        int times = before == null ? 1 : before.times() + 1;
        Duration wait = waits.delay(times);
        if (before != null || unwelcome.size() < REMEMBERED) {
            Deadline until = Deadline.after(clock, wait);
            unwelcome.put(calling, new Unwelcome(times, until, Deadline.after(clock, wait.plus(MEMORY)), why));
        }
        return certain || !welcome.isEmpty() || times <= BEFORE_OTHERS;
    }

    /** The settlement of a claim whose caller is put off; empty when the caller is not. */
    public Optional<Settlement> putOff(Claim claim) {
        return standing(claim)
                .map(it -> new Settlement.Retry(
                        it.until().end(), false, Outcome.NO_STATUS, "its caller is put off: " + it.why()));
    }

    /** Until when a claim's caller is put off; empty when the caller is not. */
    public Optional<Instant> putOffUntil(Claim claim) {
        return standing(claim).map(it -> it.until().end());
    }

    private synchronized Optional<Unwelcome> standing(Claim claim) {
        return unwelcome.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(unwelcome.get(of(claim)))
                        .filter(it -> !it.until().passed());
    }

    /** A message for operators while the destination rejects calling AE titles. */
    synchronized Optional<String> complaint() {
        String titles = unwelcome.entrySet().stream()
                .filter(entry -> !entry.getValue().memory().passed())
                .map(Map.Entry::getKey)
                .sorted(Comparator.naturalOrder())
                .limit(10)
                .map(AeTitle::value)
                .collect(Collectors.joining(", "));
        return titles.isEmpty()
                ? Optional.empty()
                : Optional.of("does not know the calling AE title " + titles + "; add it there, or set calling-ae");
    }
}
