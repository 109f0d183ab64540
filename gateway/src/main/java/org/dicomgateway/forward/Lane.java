package org.dicomgateway.forward;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.dicomgateway.config.DestinationSettings;
import org.dicomgateway.dicom.AeTitle;
import org.dicomgateway.dicom.AssociationException;
import org.dicomgateway.dicom.OpenAssociation;
import org.dicomgateway.dicom.Requestor;
import org.dicomgateway.forward.Outcome.Deferred;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox;

/**
 * Delivery to one destination. Has threads, associations and a breaker of its own, so that whatever the destination
 * does, no other lane notices.
 *
 * <p>{@link #deliverNext} is the heart: claim a batch, open an association that proposes exactly what the batch needs,
 * send, settle, linger for more, release.
 */
final class Lane {

    /** Retries fall due without a ring. */
    private static final Duration POLL = Duration.ofMillis(500);

    private final DestinationSettings settings;
    private final Outbox outbox;
    private final InstantSource clock;
    private final Tally tally;

    private final Bell bell = new Bell();
    private final Associations associations;
    private final Breaker breaker;
    private final Probe probe;
    private final Courier courier;
    private final Crew crew;
    private volatile Optional<AeTitle> lastCalling;
    private volatile Deadline noHiring;

    Lane(
            DestinationSettings settings,
            Outbox outbox,
            Requestor requestor,
            InstantSource clock,
            RandomGenerator random,
            AssociationLimit limit,
            Tally tally) {
        this.settings = settings;
        this.outbox = outbox;
        this.clock = clock;
        this.tally = tally;
        this.associations = new Associations(settings.peer(), requestor, limit, bell);
        this.breaker = new Breaker(settings, clock, random);
        this.probe = new Probe(
                associations, settings.probeInterval(), settings.breaker().initialPause(), clock);
        RetryPolicy retries = new RetryPolicy(settings, random);
        this.courier = new Courier(outbox, clock, associations, breaker, retries, probe, tally);
        this.crew = new Crew(settings.name(), settings.maxAssociations(), bell, this::work);
        this.lastCalling = settings.callingAe();
        this.noHiring = Deadline.after(clock, Duration.ZERO);
    }

    DestinationSettings settings() {
        return settings;
    }

    void start() {
        crew.hire();
    }

    /** There may be work. Returns at once. */
    void wake() {
        bell.ring();
        if (!crew.isManned()) {
            crew.hire();
        }
    }

    /** No new work from now on: what is being sent is finished, the rest goes back. Returns at once. */
    void stop() {
        bell.close();
    }

    /** Ends what is being sent, after {@link #stop}. Returns at once. */
    void abort() {
        associations.abortAll();
    }

    /** Waits for everything to end, after {@link #stop}. Returns whether it did, by {@link System#nanoTime} {@code end}. */
    boolean awaitEnd(long end) throws InterruptedException {
        return crew.awaitEnd(end);
    }

    boolean hasEnded() {
        return crew.hasEnded();
    }

    LaneView view() {
        BreakerState state = breaker.state();
        return new LaneView(
                settings.name(),
                settings.peer(),
                state.kind(),
                state.since(),
                state.why(),
                state.failures(),
                tally.inFlight(),
                associations.count(),
                tally.delivered(),
                tally.retried(),
                tally.parked(),
                tally.lastDelivered(),
                tally.lastError());
    }

    private void work(boolean permanent) throws InterruptedException {
        while (!bell.isClosed()) {
            long heard = bell.rings();
            if (deliverNext()) {
                continue;
            }
            if (!permanent) {
                return;
            }
            probeIfDue();
            bell.await(heard, POLL);
        }
    }

    /** Delivers what is due, as far as the destination lets it. Returns whether there was anything to do. */
    private boolean deliverNext() throws InterruptedException {
        if (breaker.startTrial()) {
            tryAgain();
            return true;
        }
        try (Hand hand = new Hand(outbox, clock, tally, false)) {
            fill(hand);
            return deliver(hand);
        }
    }

    private boolean deliver(Hand hand) throws InterruptedException {
        boolean any = !hand.isEmpty();
        while (!hand.isEmpty() && goesOn(hand)) {
            deliverOverOneAssociation(hand);
        }
        return any;
    }

    private void deliverOverOneAssociation(Hand hand) throws InterruptedException {
        long start = System.nanoTime();
        Proposal proposal = Proposal.of(hand.waiting(), settings.callingAe());
        try (OpenAssociation association = associations.open(proposal.calling(), List.copyOf(proposal.pairs()))) {
            lastCalling = Optional.of(proposal.calling());
            boolean first = true;
            do {
                Optional<Claim> next = take(hand, proposal);
                while (next.isPresent()) {
                    if (!courier.send(association, hand, next.get(), first)) {
                        return;
                    }
                    first = false;
                    next = take(hand, proposal);
                }
            } while (linger(hand));
        } catch (AssociationException e) {
            notOpened(hand, proposal, e, start);
        }
    }

    private Optional<Claim> take(Hand hand, Proposal proposal) {
        return goesOn(hand) ? hand.take(claim -> proposal.covers(claim, settings.callingAe())) : Optional.empty();
    }

    /** Waits for more to send, unless some is there that needs another association. Returns whether there is any. */
    private boolean linger(Hand hand) throws InterruptedException {
        Deadline end = Deadline.after(clock, settings.linger());
        while (hand.isEmpty() && goesOn(hand)) {
            long heard = bell.rings();
            fill(hand);
            if (!hand.isEmpty()) {
                return true;
            }
            Duration left = end.remaining();
            if (left.isZero()) {
                return false;
            }
            bell.await(heard, left.compareTo(POLL) < 0 ? left : POLL);
        }
        return false;
    }

    /** Claims a batch; only one delivery while in doubt, so that little has to go back. More than a batch: more hands. */
    private void fill(Hand hand) {
        if (!breaker.isClosed() || bell.isClosed()) {
            return;
        }
        int wanted = breaker.isInDoubt() ? 1 : settings.maxBatch();
        List<Claim> claims = outbox.claim(settings.name(), wanted);
        hand.add(claims);
        if (claims.size() == settings.maxBatch() && noHiring.passed()) {
            crew.hire();
        }
    }

    private boolean goesOn(Hand hand) {
        return !bell.isClosed() && (breaker.isClosed() || (hand.isTrial() && breaker.isHalfOpen()));
    }

    /** No association: the destination's trouble, or that of one caller, or there are too many; never the instances'. */
    private void notOpened(Hand hand, Proposal proposal, AssociationException failure, long start) {
        if (bell.isClosed()) {
            return;
        }
        Deferred trouble = Verdict.ofOpen(failure);
        if (isOfOneCaller(failure)) {
            courier.putOff(hand, claim -> callingFor(claim).equals(proposal.calling()), trouble, start);
            return;
        }
        if (Verdict.isBusy(failure) && associations.count() > 0) {
            noHiring = Deadline.after(clock, settings.breaker().initialPause());
        } else {
            breaker.failed(false, trouble.reason());
        }
        for (Optional<Claim> each = hand.take(any -> true); each.isPresent(); each = hand.take(any -> true)) {
            courier.conclude(hand, each.get(), trouble, start);
        }
    }

    /** The breaker's pause is over: asks by C-ECHO, then by the one delivery that is first in line. */
    private void tryAgain() throws InterruptedException {
        try (Hand hand = new Hand(outbox, clock, tally, true)) {
            hand.add(outbox.claim(settings.name(), 1));
            Optional<AeTitle> calling = hand.isEmpty()
                    ? lastCalling
                    : Optional.of(callingFor(hand.waiting().get(0)));
            if (calling.isPresent() && !answers(calling.get(), hand)) {
                return;
            }
            if (!deliver(hand)) {
                breaker.echoed();
            }
        } finally {
            breaker.endTrial();
        }
    }

    /** Whether the destination answers a C-ECHO. When not, that is accounted for, and nothing is left in the hand. */
    private boolean answers(AeTitle calling, Hand hand) throws InterruptedException {
        long start = System.nanoTime();
        Optional<AssociationException> failure = probe.ask(calling);
        if (failure.isEmpty() || bell.isClosed()) {
            return failure.isEmpty();
        }
        Deferred trouble = Verdict.ofOpen(failure.get());
        tally.failed(trouble.reason());
        if (isOfOneCaller(failure.get())) {
            courier.putOff(hand, claim -> true, trouble, start);
        } else {
            breaker.failed(false, trouble.reason());
            hand.giveBack(trouble.reason());
        }
        return false;
    }

    /** A delivery is the better proof: asks only when there was none for long, and nothing is under way. */
    private void probeIfDue() throws InterruptedException {
        Optional<AeTitle> calling = lastCalling;
        boolean quiet = breaker.isClosed() && associations.count() == 0 && !bell.isClosed();
        if (quiet && probe.isDue() && calling.isPresent()) {
            try (Hand nothing = new Hand(outbox, clock, tally, false)) {
                if (answers(calling.get(), nothing)) {
                    breaker.echoed();
                }
            }
        }
    }

    /** Whether an association was refused to the sender whose AE title we called by, and to no other. */
    private boolean isOfOneCaller(AssociationException failure) {
        return settings.callingAe().isEmpty() && Verdict.isCallerUnknown(failure);
    }

    private AeTitle callingFor(Claim claim) {
        return Proposal.callingFor(claim, settings.callingAe());
    }
}
