package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.Pace;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.forward.association.AssociationLimit;
import org.dicomgateway.forward.association.Associations;
import org.dicomgateway.forward.association.Bell;
import org.dicomgateway.forward.association.Callers;
import org.dicomgateway.forward.association.Probe;
import org.dicomgateway.forward.association.Proposal;
import org.dicomgateway.forward.health.Breaker;
import org.dicomgateway.forward.health.CallingTitles;
import org.dicomgateway.forward.health.Concurrency;
import org.dicomgateway.forward.health.Concurrency.Place;
import org.dicomgateway.forward.health.Health;
import org.dicomgateway.forward.health.Judge;
import org.dicomgateway.forward.health.Senses;
import org.dicomgateway.forward.health.ServerReport;
import org.dicomgateway.forward.health.Silence;
import org.dicomgateway.forward.health.Tally;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.forward.outcome.Outcome.Deferred;
import org.dicomgateway.forward.outcome.RetryPolicy;
import org.dicomgateway.forward.outcome.Verdict;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Prospect;

/**
 * Delivery to one destination. Has threads, associations and a breaker of its own, so that whatever the destination
 * does, no other lane notices.
 *
 * <p>{@link #deliverNext} is the heart: claim a batch, open an association that proposes exactly what the batch needs,
 * send, settle, linger for more, release. A second thread, the {@link Watch}, calls {@link #look} while the workers wait
 * for the destination. It is long because these two and the trial share what they hold; all decisions are elsewhere.
 */
final class Lane {

    /** Retries fall due without a ring. */
    private static final Duration POLL = Duration.ofMillis(500);

    /** What waits longer behind an instance that is being sent goes by another association. */
    private static final Duration HELD_UP = Duration.ofSeconds(1);

    /** An association is kept open for so long, if need be, until the pace allows more. */
    private static final Duration IN_STEP = Duration.ofSeconds(1);

    /** So long an idle association is kept while others are at work: it may hold a thread of the server that they need. */
    private static final Duration IN_THE_WAY = Duration.ofMillis(50);

    /** Among so many that wait the one is chosen by which a destination is tried again. */
    private static final int TO_CHOOSE_FROM = 16;

    /** When there was nothing to choose: those that are not chosen have to be given back each time. */
    private static final Duration CHOOSE_AGAIN = Duration.ofSeconds(10);

    private final DestinationSettings settings;
    private final Outbox outbox;
    private final InstantSource clock;
    private final RouteHours hours;
    private final Notice notice;

    private final Bell bell = new Bell();
    private final Senses senses;
    private final Breaker breaker;
    private final Concurrency concurrency;
    private final Health health;
    private final Pace pace;
    private final Associations associations;
    private final Probe probe;
    private final Silence silence;
    private final Suspicion suspicion;
    private final CallingTitles titles;
    private final Courier courier;
    private final Crew crew;
    private final Watch watch;
    private final Set<Hand> hands = ConcurrentHashMap.newKeySet();
    private volatile Optional<AeTitle> lastCalling;
    private volatile long lastSize = Long.MAX_VALUE;
    private volatile Deadline nextChoice;

    /** Hears that a destination can be used or answers again, or not any more. */
    @FunctionalInterface
    interface Notice {
        void usabilityChanged(String destination);
    }

    /**
     * What a lane needs of the rest of the house.
     *
     * @param limit how many associations may be open, whoever opens them
     * @param tally what the destination got, over all its lanes
     */
    record Surroundings(
            Outbox outbox,
            InstantSource clock,
            RandomGenerator random,
            AssociationLimit limit,
            Tally tally,
            RouteHours hours,
            Notice notice) {}

    /** @param paused why an operator paused it, if one did */
    Lane(DestinationSettings settings, Callers callers, Surroundings around, Optional<String> paused) {
        this.settings = settings;
        this.outbox = around.outbox();
        this.clock = around.clock();
        this.hours = around.hours();
        this.notice = around.notice();
        this.senses = Senses.of(settings, clock, around.random(), around.tally());
        this.breaker = senses.breaker();
        this.concurrency = senses.concurrency();
        this.health = new Health(settings, clock, senses, paused, this::usabilityChanged);
        this.pace = new Pace(settings.maxRate(), clock);
        this.associations = new Associations(settings.peer(), callers, around.limit(), senses.unanswered(), bell);
        this.probe = new Probe(
                associations,
                senses,
                settings.probeInterval(),
                settings.breaker().initialPause(),
                clock);
        this.lastCalling = settings.callingAe();
        this.nextChoice = Deadline.after(clock, Duration.ZERO);
        this.silence = new Silence(settings.name(), senses, this::silenceChanged);
        this.suspicion = new Suspicion(senses, probe, () -> lastCalling, clock);
        RetryPolicy retries = new RetryPolicy(settings, around.random());
        this.titles = senses.titles();
        this.courier = new Courier(outbox, clock, associations, senses, retries, probe);
        this.crew = new Crew(settings.name(), settings.maxAssociations(), bell, this::work);
        this.watch = new Watch("lane-" + settings.name() + "-watch", bell, this::look);
    }

    DestinationSettings settings() {
        return settings;
    }

    void start() {
        crew.hire();
        watch.start();
    }

    /** Those without which nothing is delivered: the first worker and the watch. */
    Stream<LongLived> threads() {
        return Stream.concat(crew.permanent().stream(), Stream.of(watch.thread()));
    }

    /** There may be work. Returns at once. */
    void wake() {
        bell.ring();
        if (!crew.isManned()) {
            crew.hire();
        }
    }

    /** An operator says so: what is being sent is finished, the rest goes back, nothing more is begun. Returns at once. */
    void pause(String why) {
        health.pause(why);
        bell.ring();
    }

    /** An operator says so. Returns at once. */
    void resume() {
        health.resume();
        bell.ring();
    }

    /** What the server says of itself. */
    void report(ServerReport report) {
        health.report(report);
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
        return crew.awaitEnd(end) && watch.awaitEnd(end);
    }

    boolean hasEnded() {
        return crew.hasEnded() && watch.hasEnded();
    }

    /** How it looks to who chooses. Never waits. */
    Prospect prospect() {
        double rate = senses.tally().throughput().bytesPerSecond();
        return new Prospect(
                settings.name(),
                health.condition().state().isUsable(),
                !silence.isOn(),
                Math.min(rate, pace.bytesPerSecond().orElse(rate)));
    }

    LaneView view() {
        Health.Condition condition = health.condition();
        Tally tally = senses.tally();
        return new LaneView(
                settings.name(),
                settings.peer(),
                condition.state(),
                condition.since(),
                condition.why(),
                breaker.state().failures(),
                tally.inFlight(),
                associations.count(),
                concurrency.limit(),
                concurrency.max(),
                tally.throughput().bytesPerSecond(),
                tally.delivered(),
                tally.retried(),
                tally.parked(),
                tally.lastDelivered(),
                tally.lastError(),
                health.report());
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
        if (health.isOpen() && breaker.startTrial()) {
            tryAgain();
            return true;
        }
        Optional<Place> place = mayClaim() ? concurrency.enter() : Optional.empty();
        if (place.isEmpty()) {
            return false;
        }
        try (Hand hand = hand(place.get(), false)) {
            fill(hand);
            return deliver(hand);
        } finally {
            hands.removeIf(Hand::isClosed);
        }
    }

    private Hand hand(Place place, boolean trial) {
        Hand hand = new Hand(outbox, clock, senses.tally(), place, trial);
        hands.add(hand);
        return hand;
    }

    private boolean deliver(Hand hand) throws InterruptedException {
        boolean any = !hand.isEmpty();
        while (!hand.isEmpty() && goesOn(hand)) {
            deliverOverOneAssociation(hand);
        }
        return any;
    }

    private void deliverOverOneAssociation(Hand hand) throws InterruptedException {
        hand.settleIf(titles::putOff);
        List<Claim> batch = hand.waiting();
        if (batch.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        Proposal proposal = Proposal.of(batch, settings.callingAe());
        try (OpenAssociation association = call(proposal)) {
            lastCalling = Optional.of(proposal.calling());
            boolean first = true;
            do {
                Optional<Claim> next = take(hand, proposal);
                while (next.isPresent()) {
                    boolean usable = courier.send(association, hand, next.get(), first);
                    silence.review();
                    health.review();
                    if (!usable) {
                        return;
                    }
                    first = false;
                    next = take(hand, proposal);
                }
            } while (linger(hand));
        } catch (AssociationException e) {
            notOpened(hand, proposal, e, start);
            health.review();
        }
    }

    private OpenAssociation call(Proposal proposal) throws AssociationException, InterruptedException {
        if (lastCalling.isEmpty()) {
            lastCalling = Optional.of(proposal.calling());
        }
        return associations.open(proposal.calling(), List.copyOf(proposal.pairs()));
    }

    private Optional<Claim> take(Hand hand, Proposal proposal) throws InterruptedException {
        hours.putOff(hand, clock.instant());
        Predicate<Claim> fits = claim -> proposal.covers(claim, settings.callingAe());
        Optional<Claim> next = goesOn(hand) ? mostTelling(hand, fits) : Optional.empty();
        return next.isPresent() && keepPace(hand, next.get()) ? hand.take(next.get()::equals) : Optional.empty();
    }

    /** The next, but behind a refused one another that is unlike it: that tells more of the destination. */
    private Optional<Claim> mostTelling(Hand hand, Predicate<Claim> fits) {
        return hand.first(claim -> fits.test(claim) && !senses.judge().isLikeRefused(claim))
                .or(() -> hand.first(fits));
    }

    /** Waits until an instance may be sent. When that takes long, gives back what is in the hand, and says no. */
    private boolean keepPace(Hand hand, Claim next) throws InterruptedException {
        Deadline end = Deadline.after(clock, IN_STEP);
        while (goesOn(hand)) {
            long heard = bell.rings();
            long size = next.instance().datasetLength();
            Duration wait = pace.go(size);
            if (wait.isZero()) {
                lastSize = size;
                return true;
            }
            if (wait.compareTo(end.remaining()) > 0) {
                hand.giveBack("waits for max-rate");
                return false;
            }
            concurrency.disturbed();
            bell.await(heard, shorter(wait, POLL));
        }
        return false;
    }

    /** Waits for more to send, unless some is there that needs another association. Returns whether there is any. */
    private boolean linger(Hand hand) throws InterruptedException {
        boolean othersWait = hands.stream().anyMatch(other -> other != hand && !other.isEmpty());
        Deadline end = Deadline.after(clock, othersWait ? shorter(settings.linger(), IN_THE_WAY) : settings.linger());
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
            bell.await(heard, shorter(left, POLL));
        }
        return false;
    }

    /** Claims a batch; only one delivery while in doubt, as little may come of it. More than a batch: more hands. */
    private void fill(Hand hand) {
        boolean more = true;
        while (more && hand.isEmpty() && mayClaim()) {
            boolean doubtful = breaker.isInDoubt() || silence.isOn();
            int wanted = doubtful ? 1 : inStep();
            more = claim(hand, wanted) == wanted;
            if (more && !doubtful) {
                hireIfRoom();
            }
        }
        if (hand.isEmpty()) {
            concurrency.disturbed();
        }
    }

    /** A batch, as far as the pace lets it go at once: what is claimed and not sent is withheld from others. */
    private int inStep() {
        long most = pace.isUnlimited() ? settings.maxBatch() : pace.within(IN_STEP, lastSize);
        return (int) Math.max(1, Math.min(most, settings.maxBatch()));
    }

    private int claim(Hand hand, int wanted) {
        List<Claim> claims = outbox.claim(settings.name(), wanted);
        hand.add(claims);
        hours.putOff(hand, clock.instant());
        hand.settleIf(titles::putOff);
        return claims.size();
    }

    private void hireIfRoom() {
        concurrency.growIfQuiet();
        if (concurrency.hasRoom()) {
            crew.hire();
        }
    }

    private boolean mayClaim() {
        return breaker.isClosed()
                && !bell.isClosed()
                && health.isOpen()
                && !suspicion.isStanding()
                && pace.untilNext().compareTo(IN_STEP) <= 0;
    }

    private boolean goesOn(Hand hand) {
        if (bell.isClosed() || !health.isOpen()) {
            return false;
        }
        return breaker.isClosed() ? hand.hasPlace() : hand.isTrial() && breaker.isHalfOpen();
    }

    /** No association: the destination's trouble, or that of one caller, or there are too many; never the instances'. */
    private void notOpened(Hand hand, Proposal proposal, AssociationException failure, long start) {
        if (bell.isClosed()) {
            return;
        }
        Deferred trouble = Verdict.ofOpen(failure);
        boolean ofCaller = titles.refuses(proposal.calling(), failure, trouble.reason());
        courier.putOff(hand, start);
        if (ofCaller) {
            breaker.echoed();
            return;
        }
        if (Verdict.isBusy(failure) && associations.count() > 0) {
            concurrency.shrink(trouble.reason());
        } else {
            breaker.failed(false, trouble.reason());
        }
        for (Optional<Claim> each = hand.take(any -> true); each.isPresent(); each = hand.take(any -> true)) {
            courier.conclude(hand, each.get(), trouble, start);
        }
    }

    /** The breaker's pause is over: asks by C-ECHO, then by one delivery. */
    private void tryAgain() throws InterruptedException {
        try (Hand hand = hand(concurrency.enterAnyway(), true)) {
            Optional<AeTitle> calling = claimToTry(hand).map(titles::of).or(() -> lastCalling);
            if (calling.isPresent() && !answers(calling.get(), hand)) {
                return;
            }
            if (!deliver(hand)) {
                breaker.echoed();
            }
        } finally {
            breaker.endTrial();
            hands.removeIf(Hand::isClosed);
            health.review();
        }
    }

    /** One delivery, unlike those that were refused, if there is any such among the next few. */
    private Optional<Claim> claimToTry(Hand hand) {
        for (int wanted = 1; claim(hand, wanted) == wanted && hand.isEmpty(); ) {
            wanted = TO_CHOOSE_FROM;
        }
        if (hand.isEmpty()) {
            return Optional.empty();
        }
        Judge judge = senses.judge();
        boolean choosing =
                nextChoice.passed() && hand.first(judge::isLikeRefused).isPresent();
        if (choosing) {
            claim(hand, TO_CHOOSE_FROM);
        }
        Claim chosen = judge.mostTelling(hand.waiting());
        if (choosing && judge.wasRefused(chosen)) {
            nextChoice = Deadline.after(clock, CHOOSE_AGAIN);
        }
        hand.keepOnly(chosen, breaker.state().why());
        return Optional.of(chosen);
    }

    /** Whether the destination answers a C-ECHO. When not, that is accounted for, and nothing is left in the hand. */
    private boolean answers(AeTitle calling, Hand hand) throws InterruptedException {
        long start = System.nanoTime();
        Optional<AssociationException> failure = probe.ask(calling);
        if (failure.isEmpty() || bell.isClosed()) {
            return failure.isEmpty();
        }
        Deferred trouble = Verdict.ofOpen(failure.get());
        senses.tally().failed(trouble.reason());
        if (titles.refuses(calling, failure.get(), trouble.reason())) {
            breaker.echoed();
        } else {
            breaker.failed(false, trouble.reason());
        }
        courier.putOff(hand, start);
        hand.giveBack(trouble.reason());
        return false;
    }

    /** A delivery is the better proof: asks only when there was none for long, and nothing is under way. */
    private void probeIfDue() throws InterruptedException {
        Optional<AeTitle> calling = lastCalling;
        boolean quiet = breaker.isClosed() && associations.count() == 0 && !bell.isClosed() && !health.isPaused();
        if (quiet && probe.isDue() && calling.isPresent()) {
            try (Hand nothing = new Hand(outbox, clock, senses.tally(), concurrency.enterAnyway(), false)) {
                if (answers(calling.get(), nothing)) {
                    breaker.echoed();
                }
            }
            health.review();
        }
    }

    /** What workers cannot see to while they wait for the destination. */
    private void look() {
        silence.review();
        suspicion.look();
        health.review();
        if (associations.count() == 0) {
            concurrency.forget();
        }
        boolean stuck = senses.unanswered().isOverdue() && health.isOpen();
        if (stuck && breaker.isTrialDue() && associations.hasRoom()) {
            crew.hire();
        }
        if (mayClaim()) {
            hands.forEach(this::relieve);
            if (silence.isOn() && concurrency.hasRoom()) {
                // It may be silent about what it has, and take others.
                crew.hire();
            }
        }
    }

    /** What waits behind an instance that takes long goes by another association, if there may be one. */
    private void relieve(Hand hand) {
        if (!hand.isTrial() && hand.isHeldUp(HELD_UP)) {
            concurrency.growIfQuiet();
            if (concurrency.hasRoom()) {
                hand.giveBack("goes by another association, not behind a slow instance");
                crew.hire();
            }
        }
    }

    private void usabilityChanged(boolean usable) {
        if (!usable) {
            giveBackAll(health.condition().state() + ": " + health.condition().why());
        }
        bell.ring();
        notice.usabilityChanged(settings.name());
    }

    private void silenceChanged(boolean silent) {
        if (silent) {
            giveBackAll("it answers nothing at the moment");
        }
        bell.ring();
        notice.usabilityChanged(settings.name());
    }

    /** What waits in the hands can go elsewhere then, if anywhere. */
    private void giveBackAll(String why) {
        hands.stream().filter(hand -> !hand.isTrial()).forEach(hand -> hand.giveBack(why));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
