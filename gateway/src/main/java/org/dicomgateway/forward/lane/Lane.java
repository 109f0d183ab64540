package org.dicomgateway.forward.lane;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RateLimiter;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.AssociationLimit;
import org.dicomgateway.forward.association.Associations;
import org.dicomgateway.forward.association.LaneConnectors;
import org.dicomgateway.forward.association.Probe;
import org.dicomgateway.forward.association.Proposal;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.association.WakeSignal;
import org.dicomgateway.forward.health.Breaker;
import org.dicomgateway.forward.health.CallingTitles;
import org.dicomgateway.forward.health.Concurrency;
import org.dicomgateway.forward.health.Concurrency.Place;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.FaultAttribution;
import org.dicomgateway.forward.health.Health;
import org.dicomgateway.forward.health.RetryAfter;
import org.dicomgateway.forward.health.ServerReport;
import org.dicomgateway.forward.health.Silence;
import org.dicomgateway.forward.health.Tally;
import org.dicomgateway.forward.outcome.Deadline;
import org.dicomgateway.forward.outcome.Outcome.Deferred;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.forward.outcome.RetryPolicy;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.transcode.Transcoder;
import org.jspecify.annotations.Nullable;

/**
 * Delivery to one destination. A lane has its own threads, associations and breaker, so that no destination can affect
 * another lane.
 *
 * <p>Start reading at {@link #deliverNext}: it claims a batch, opens an association that proposes exactly what the
 * batch needs, sends, settles, lingers for more, and releases. {@link #callAhead} opens it before, for one instance
 * that is not durable yet. A second thread, the {@link LaneMonitor}, calls
 * {@link #look} while the workers wait for the destination. The class is long because these two and the trial share its
 * state. All decisions are elsewhere.
 */
final class Lane {

    /** Retries become due without a signal, so workers look at least this often. */
    private static final Duration POLL = Duration.ofMillis(500);

    /** Claims that wait longer than this behind an instance that is being sent go by another association. */
    private static final Duration HELD_UP = Duration.ofSeconds(1);

    /** How long an association may stay open, if necessary, until {@code max-rate} allows more. */
    private static final Duration IN_STEP = Duration.ofSeconds(1);

    /** How long an idle association stays open while others work: it may hold a thread of the server that they need. */
    private static final Duration IN_THE_WAY = Duration.ofMillis(50);

    /** From this many waiting deliveries, one is chosen to try a destination again. */
    private static final int TO_CHOOSE_FROM = 16;

    /** How long until the next choice, when there was nothing to choose: each choice gives back all the others. */
    private static final Duration CHOOSE_AGAIN = Duration.ofSeconds(10);

    private final DestinationSettings settings;
    private final Outbox outbox;
    private final InstantSource clock;
    private final RouteHours hours;
    private final Consumer<String> onUsabilityChange;

    private final WakeSignal wakeSignal = new WakeSignal();
    private final DestinationSignals destinationSignals;
    private final Breaker breaker;
    private final Concurrency concurrency;
    private final RetryAfter retryAfter;
    private final Health health;
    private final RateLimiter rateLimiter;
    private final AssociationLimit limit;
    private final Associations associations;
    private final Probe probe;
    private final Silence silence;
    private final Suspicion suspicion;
    private final CallingTitles titles;
    private final OutgoingInstances outgoingInstances;
    private final StoreAttempt storeAttempt;
    private final LaneWorkers laneWorkers;
    private final LaneMonitor laneMonitor;
    private final Set<ClaimBatch> hands = ConcurrentHashMap.newKeySet();
    private volatile Optional<AeTitle> lastCalling;
    private volatile long lastSize = Long.MAX_VALUE;
    private volatile Deadline nextChoice;
    private volatile boolean idle;
    private volatile @Nullable Claim expected;
    private boolean leftAlone;

    /**
     * What a lane needs from the rest of the gateway.
     *
     * @param transcoder brings instances into other transfer syntaxes, for all lanes
     * @param limit how many associations to the destination may be open, over all its lanes
     * @param tally counts the deliveries to the destination, over all its lanes
     * @param onUsabilityChange gets the name of the destination when it becomes usable or answers again, or no longer
     *     does so
     */
    record Surroundings(
            Outbox outbox,
            Transcoder transcoder,
            ForwardLog forwardLog,
            InstantSource clock,
            RandomGenerator random,
            AssociationLimit limit,
            Tally tally,
            RouteHours hours,
            Consumer<String> onUsabilityChange) {}

    /**
     * Creates a lane; {@link #start} starts its threads.
     *
     * @param paused the reason, if an operator paused it
     * @param before the lane to the same server that it replaces: if that server is down, it is down from the start
     */
    Lane(
            DestinationSettings settings,
            LaneConnectors laneConnectors,
            Surroundings around,
            Optional<String> paused,
            Optional<Lane> before) {
        this.settings = settings;
        this.outbox = around.outbox();
        this.clock = around.clock();
        this.hours = around.hours();
        this.onUsabilityChange = around.onUsabilityChange();
        this.destinationSignals = DestinationSignals.of(
                settings, clock, around.random(), around.tally(), before.map(lane -> lane.destinationSignals));
        this.breaker = destinationSignals.breaker();
        this.concurrency = destinationSignals.concurrency();
        this.retryAfter = destinationSignals.retryAfter();
        this.health = new Health(
                settings,
                clock,
                destinationSignals,
                paused,
                before.map(lane -> lane.health.condition()),
                this::usabilityChanged);
        this.rateLimiter = new RateLimiter(settings.maxRate(), clock);
        this.limit = around.limit();
        this.associations = new Associations(
                settings.address(), laneConnectors, around.limit(), destinationSignals.pendingResponses(), wakeSignal);
        this.probe = new Probe(
                associations,
                destinationSignals,
                settings.probeInterval(),
                settings.breaker().initialPause(),
                clock);
        this.lastCalling = settings.callingAe().or(() -> before.flatMap(lane -> lane.lastCalling));
        this.nextChoice = Deadline.after(clock, Duration.ZERO);
        this.silence = new Silence(settings.name(), destinationSignals, this::silenceChanged);
        this.suspicion = new Suspicion(destinationSignals, probe, () -> lastCalling, clock);
        RetryPolicy retries = new RetryPolicy(settings, around.random());
        this.titles = destinationSignals.titles();
        this.outgoingInstances = new OutgoingInstances(outbox, settings, around.transcoder());
        this.storeAttempt = new StoreAttempt(
                outbox,
                outgoingInstances,
                clock,
                associations,
                destinationSignals,
                retries,
                probe,
                around.forwardLog());
        this.laneWorkers = new LaneWorkers(settings.name(), settings.maxAssociations(), wakeSignal, this::work);
        this.laneMonitor = new LaneMonitor("lane-" + settings.name() + "-watch", wakeSignal, this::look);
    }

    DestinationSettings settings() {
        return settings;
    }

    void start() {
        laneWorkers.hire();
        laneMonitor.start();
    }

    /** The threads without which nothing is delivered: the first worker and the monitor. */
    Stream<LongLived> threads() {
        return Stream.concat(laneWorkers.permanent().stream(), Stream.of(laneMonitor.thread()));
    }

    /** Signals that there may be work. Returns at once. */
    void wake() {
        wakeSignal.wake();
        if (!laneWorkers.isManned()) {
            laneWorkers.hire();
        }
    }

    /**
     * Pauses the lane for an operator. Instances that are being sent are finished, the rest is given back, and nothing
     * more is started. Returns at once.
     */
    void pause(String why) {
        health.pause(why);
        wakeSignal.wake();
    }

    /** Resumes the lane for an operator. Returns at once. */
    void resume() {
        health.resume();
        wakeSignal.wake();
    }

    /**
     * Tries the destination now if it is down. Returns at once.
     *
     * @return whether it is down
     */
    boolean tryNow() {
        boolean down = health.allowsTraffic() && breaker.tryNow();
        if (down) {
            wake();
        }
        return down;
    }

    /** Takes a report of the server about itself. */
    void report(ServerReport report) {
        health.report(report);
    }

    /** Starts no new work. Instances that are being sent are finished, the rest is given back. Returns at once. */
    void stop() {
        wakeSignal.close();
    }

    /** Aborts what is still being sent, after {@link #stop}. Returns at once. */
    void abort() {
        associations.abortAll();
    }

    /**
     * Waits until all threads have ended, after {@link #stop}. Returns whether they did, by {@link System#nanoTime}
     * {@code end}.
     */
    boolean awaitEnd(long end) throws InterruptedException {
        return laneWorkers.awaitEnd(end) && laneMonitor.awaitEnd(end);
    }

    boolean hasEnded() {
        return laneWorkers.hasEnded() && laneMonitor.hasEnded();
    }

    /** The status of the destination, for choosing among destinations. Never waits. */
    DestinationStatus destinationStatus() {
        double rate = destinationSignals.tally().throughput().bytesPerSecond();
        return new DestinationStatus(
                settings.name(),
                health.condition().state().isUsable(),
                !silence.isOn() && !retryAfter.isOn(),
                Math.min(rate, rateLimiter.bytesPerSecond().orElse(rate)));
    }

    LaneView view() {
        Health.Condition condition = health.condition();
        Tally tally = destinationSignals.tally();
        return new LaneView(
                settings.name(),
                settings.address(),
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
                health.report(),
                health.allowsTraffic() ? breaker.nextTrial() : Optional.empty(),
                settings.transforms().stream().map(TransformSettings::name).toList(),
                settings.deidentifies());
    }

    /**
     * An instance is about to become due. A lane that has nothing to do opens the association meanwhile, if it may send
     * now: one that is paused, or whose destination is down, is not woken for each instance. Returns at once.
     */
    void expect(Instance instance, String route) {
        if (idle && !settings.isWeb() && !settings.linger().isZero() && mayClaim()) {
            expected = new Claim(0, instance, route, 1, settings.name(), 0);
            wakeSignal.wake();
        }
    }

    private void work(boolean permanent) throws InterruptedException {
        while (!wakeSignal.isStopping()) {
            long heard = wakeSignal.times();
            if (permanent && callAhead()) {
                continue;
            }
            if (deliverNext()) {
                continue;
            }
            if (!permanent) {
                return;
            }
            probeIfDue();
            idle = true;
            wakeSignal.await(heard, POLL);
            idle = false;
        }
    }

    /** Opens an association for what is expected, and sends it when it is due. False when nothing is expected. */
    private boolean callAhead() throws InterruptedException {
        Claim next = expected;
        expected = null;
        if (next == null
                || breaker.isInDoubt()
                || silence.isOn()
                || titles.putOff(next).isPresent()
                || !hours.isOpen(next.route(), clock.instant())) {
            return false;
        }
        Optional<Place> place = mayClaim() ? concurrency.enter() : Optional.empty();
        if (place.isEmpty()) {
            return false;
        }
        try (ClaimBatch claimBatch = hand(place.get(), false)) {
            deliver(claimBatch, Proposal.of(List.of(next), settings.callingAe(), outgoingInstances::forms));
            deliver(claimBatch);
        } finally {
            hands.removeIf(ClaimBatch::isClosed);
        }
        return true;
    }

    /** Delivers what is due, as far as the destination allows. Returns whether there was anything to do. */
    private boolean deliverNext() throws InterruptedException {
        if (health.allowsTraffic() && !retryAfter.isOn() && breaker.startTrial()) {
            tryAgain();
            return true;
        }
        Optional<Place> place = mayClaim() ? concurrency.enter() : Optional.empty();
        if (place.isEmpty()) {
            return false;
        }
        try (ClaimBatch claimBatch = hand(place.get(), false)) {
            fill(claimBatch);
            return deliver(claimBatch);
        } finally {
            hands.removeIf(ClaimBatch::isClosed);
        }
    }

    private ClaimBatch hand(Place place, boolean trial) {
        ClaimBatch claimBatch =
                new ClaimBatch(outgoingInstances::settle, clock, destinationSignals.tally(), place, trial);
        hands.add(claimBatch);
        return claimBatch;
    }

    private boolean deliver(ClaimBatch claimBatch) throws InterruptedException {
        boolean any = !claimBatch.isEmpty();
        while (!claimBatch.isEmpty() && goesOn(claimBatch)) {
            deliverOverOneAssociation(claimBatch);
        }
        return any;
    }

    private void deliverOverOneAssociation(ClaimBatch claimBatch) throws InterruptedException {
        claimBatch.settleIf(titles::putOff);
        List<Claim> batch = claimBatch.waiting();
        if (batch.isEmpty()) {
            return;
        }
        deliver(claimBatch, Proposal.of(batch, settings.callingAe(), outgoingInstances::forms));
    }

    private void deliver(ClaimBatch claimBatch, Proposal proposal) throws InterruptedException {
        long start = System.nanoTime();
        try (StoreConnection association = call(proposal);
                UnderWay underWay = storeAttempt.over(association, claimBatch)) {
            lastCalling = Optional.of(proposal.calling());
            boolean usable;
            do {
                usable = sendAll(underWay, proposal);
            } while (usable && linger(claimBatch));
            if (!usable) {
                health.review();
            }
        } catch (AssociationException e) {
            fill(claimBatch); // what was expected may be due by now
            notOpened(claimBatch, proposal, e, start);
            health.review();
        }
    }

    /**
     * Sends what fits, as many at once as the association takes, until nothing is left and all are answered. Returns
     * whether the association can be used for more.
     */
    private boolean sendAll(UnderWay underWay, Proposal proposal) throws InterruptedException {
        boolean usable = true;
        while (usable) {
            Optional<Claim> next = underWay.isFull() ? Optional.empty() : take(underWay, proposal);
            if (next.isPresent()) {
                usable = storeAttempt.begin(underWay, next.get());
                if (usable && underWay.isFull()) {
                    continue;
                }
            } else if (underWay.isEmpty()) {
                return true;
            } else {
                usable = storeAttempt.awaitAnswer(underWay);
            }
            silence.review();
            reviewRetryAfter();
            if (usable) {
                health.reviewSoon();
            }
        }
        return false;
    }

    private StoreConnection call(Proposal proposal) throws AssociationException, InterruptedException {
        if (lastCalling.isEmpty()) {
            lastCalling = Optional.of(proposal.calling());
        }
        return associations.open(proposal.calling(), List.copyOf(proposal.pairs()));
    }

    /** Takes the next claim to send, if there is one that can go now, beside those that are under way. */
    private Optional<Claim> take(UnderWay underWay, Proposal proposal) throws InterruptedException {
        ClaimBatch claimBatch = underWay.claimBatch();
        if (!underWay.isEmpty()) {
            if (isDoubtful()) {
                return Optional.empty();
            }
            if (claimBatch.isEmpty() && goesOn(claimBatch)) {
                fill(claimBatch);
            }
        }
        hours.putOff(claimBatch, clock.instant());
        Predicate<Claim> fits = claim -> proposal.covers(claim, settings.callingAe(), outgoingInstances::forms);
        Optional<Claim> next = goesOn(claimBatch) && !underWay.isEnding(associations.mustYield())
                ? mostTelling(claimBatch, fits)
                : Optional.empty();
        return next.isPresent() && underWay.admits(next.get()) && keepPace(underWay, next.get())
                ? claimBatch.take(next.get()::equals)
                : Optional.empty();
    }

    /**
     * The next claim to send. After a refusal, prefers one that is unlike the refused one: its answer says more about
     * the destination.
     */
    private Optional<Claim> mostTelling(ClaimBatch claimBatch, Predicate<Claim> fits) {
        return claimBatch
                .first(claim -> fits.test(claim)
                        && !destinationSignals.faultAttribution().isLikeRefused(claim))
                .or(() -> claimBatch.first(fits));
    }

    /** Waits until an instance may be sent. If that takes too long, gives the batch back and returns false. */
    private boolean keepPace(UnderWay underWay, Claim next) throws InterruptedException {
        ClaimBatch claimBatch = underWay.claimBatch();
        Deadline end = Deadline.after(clock, IN_STEP);
        while (goesOn(claimBatch)) {
            long heard = wakeSignal.times();
            long size = next.instance().datasetLength();
            rateLimiter.share(limit.share());
            Duration wait = rateLimiter.go(size);
            if (wait.isZero()) {
                lastSize = size;
                return true;
            }
            if (!underWay.isEmpty()) {
                // Their answers come first: some connections end them all before there is any.
                return false;
            }
            if (wait.compareTo(end.remaining()) > 0) {
                claimBatch.giveBack("waits for max-rate");
                return false;
            }
            wakeSignal.await(heard, shorter(wait, POLL));
        }
        return false;
    }

    /**
     * Waits for more to send. Does not wait when the batch still has claims that need another association.
     * Returns whether there is more to send by this association.
     */
    private boolean linger(ClaimBatch claimBatch) throws InterruptedException {
        boolean othersWait = hands.stream().anyMatch(other -> other != claimBatch && !other.isEmpty());
        Deadline end = Deadline.after(clock, othersWait ? shorter(settings.linger(), IN_THE_WAY) : settings.linger());
        while (claimBatch.isEmpty() && goesOn(claimBatch)) {
            long heard = wakeSignal.times();
            fill(claimBatch);
            if (!claimBatch.isEmpty()) {
                return true;
            }
            Duration left = end.remaining();
            if (left.isZero()) {
                return false;
            }
            wakeSignal.await(heard, shorter(left, POLL));
        }
        return false;
    }

    /** Claims a batch, or one delivery while the destination is in doubt. A full batch may start another worker. */
    private void fill(ClaimBatch claimBatch) {
        boolean more = true;
        while (more && claimBatch.isEmpty() && mayClaim()) {
            boolean doubtful = isDoubtful();
            int wanted = doubtful ? 1 : inStep();
            more = claim(claimBatch, wanted) == wanted;
            if (more && !doubtful) {
                hireIfRoom();
            }
        }
    }

    /**
     * The batch size that the rate allows at once: what is claimed but not sent is withheld from other destinations.
     */
    private int inStep() {
        long most = rateLimiter.isUnlimited() ? settings.maxBatch() : rateLimiter.within(IN_STEP, lastSize);
        return (int) Math.max(1, Math.min(most, settings.maxBatch()));
    }

    private int claim(ClaimBatch claimBatch, int wanted) {
        List<Claim> claims = outbox.claim(settings.name(), wanted);
        claimBatch.add(claims);
        hours.putOff(claimBatch, clock.instant());
        claimBatch.settleIf(titles::putOff);
        return claims.size();
    }

    /** Whether only little should be risked at once. */
    private boolean isDoubtful() {
        return breaker.isInDoubt() || silence.isOn();
    }

    private void hireIfRoom() {
        concurrency.growIfQuiet();
        if (concurrency.hasRoom()) {
            laneWorkers.hire();
        }
    }

    private boolean mayClaim() {
        return breaker.allowsTraffic()
                && !wakeSignal.isStopping()
                && health.allowsTraffic()
                && !retryAfter.isOn()
                && !suspicion.isStanding()
                && rateLimiter.untilNext().compareTo(IN_STEP) <= 0;
    }

    private boolean goesOn(ClaimBatch claimBatch) {
        if (wakeSignal.isStopping() || !health.allowsTraffic() || retryAfter.isOn()) {
            return false;
        }
        return breaker.allowsTraffic() ? claimBatch.hasPlace() : claimBatch.isTrial() && breaker.isHalfOpen();
    }

    /** No association: the destination or one caller is at fault, or there are too many; never the instances. */
    private void notOpened(ClaimBatch claimBatch, Proposal proposal, AssociationException failure, long start) {
        if (wakeSignal.isStopping()) {
            return;
        }
        Deferred trouble =
                OutcomeTable.ofOpen(failure, proposal.calling(), settings.peer().map(Peer::aeTitle));
        boolean ofCaller = titles.refuses(proposal.calling(), failure, trouble.reason());
        storeAttempt.putOff(claimBatch, start);
        if (ofCaller) {
            breaker.echoed();
            return;
        }
        if (OutcomeTable.isBusy(failure) && associations.count() > 0) {
            concurrency.shrink(trouble.reason());
        } else {
            breaker.failed(false, trouble.reason());
        }
        for (Optional<Claim> each = claimBatch.take(any -> true);
                each.isPresent();
                each = claimBatch.take(any -> true)) {
            storeAttempt.conclude(claimBatch, each.get(), trouble, start);
        }
    }

    /** Tries the destination after the breaker's pause: by C-ECHO, then with one delivery. */
    private void tryAgain() throws InterruptedException {
        try (ClaimBatch claimBatch = hand(concurrency.enterAnyway(), true)) {
            Optional<AeTitle> calling = claimToTry(claimBatch).map(titles::of).or(() -> lastCalling);
            if (calling.isPresent() && !answers(calling.get(), claimBatch)) {
                return;
            }
            if (!deliver(claimBatch)) {
                breaker.echoed();
            }
        } finally {
            breaker.endTrial();
            hands.removeIf(ClaimBatch::isClosed);
            health.review();
        }
    }

    /** Claims one delivery that is unlike those that were refused, if there is one among the next few. */
    private Optional<Claim> claimToTry(ClaimBatch claimBatch) {
        for (int wanted = 1; claim(claimBatch, wanted) == wanted && claimBatch.isEmpty(); ) {
            wanted = TO_CHOOSE_FROM;
        }
        if (claimBatch.isEmpty()) {
            return Optional.empty();
        }
        FaultAttribution faultAttribution = destinationSignals.faultAttribution();
        boolean choosing = nextChoice.passed()
                && claimBatch.first(faultAttribution::isLikeRefused).isPresent();
        if (choosing) {
            claim(claimBatch, TO_CHOOSE_FROM);
        }
        Claim chosen = faultAttribution.mostTelling(claimBatch.waiting());
        if (choosing && faultAttribution.wasRefused(chosen)) {
            nextChoice = Deadline.after(clock, CHOOSE_AGAIN);
        }
        claimBatch.keepOnly(chosen, breaker.state().why());
        return Optional.of(chosen);
    }

    /** Whether the destination answers a C-ECHO. If not, records the failure and gives back the whole batch. */
    private boolean answers(AeTitle calling, ClaimBatch claimBatch) throws InterruptedException {
        long start = System.nanoTime();
        Optional<AssociationException> failure = probe.ask(calling);
        if (failure.isEmpty() || wakeSignal.isStopping()) {
            return failure.isEmpty();
        }
        Deferred trouble =
                OutcomeTable.ofOpen(failure.get(), calling, settings.peer().map(Peer::aeTitle));
        destinationSignals.tally().failed(trouble.reason());
        if (titles.refuses(calling, failure.get(), trouble.reason())) {
            breaker.echoed();
        } else {
            breaker.failed(false, trouble.reason());
        }
        storeAttempt.putOff(claimBatch, start);
        claimBatch.giveBack(trouble.reason());
        return false;
    }

    /** Sends a C-ECHO only when no delivery has given proof for an interval, and no association is open. */
    private void probeIfDue() throws InterruptedException {
        Optional<AeTitle> calling = lastCalling;
        boolean quiet =
                breaker.allowsTraffic() && associations.count() == 0 && !wakeSignal.isStopping() && !health.isPaused();
        if (quiet && !retryAfter.isOn() && probe.isDue() && calling.isPresent()) {
            try (ClaimBatch nothing = new ClaimBatch(
                    outgoingInstances::settle, clock, destinationSignals.tally(), concurrency.enterAnyway(), false)) {
                if (answers(calling.get(), nothing)) {
                    breaker.echoed();
                }
            }
            silence.review();
            health.review();
        }
    }

    /** Does what the workers cannot do while they wait for the destination. */
    private void look() {
        silence.review();
        reviewRetryAfter();
        suspicion.look();
        health.review();
        if (associations.count() == 0) {
            concurrency.forget();
        }
        boolean stuck = destinationSignals.pendingResponses().isOverdue() && health.allowsTraffic();
        if (stuck && breaker.isTrialDue() && associations.hasRoom()) {
            laneWorkers.hire();
        }
        if (mayClaim()) {
            hands.forEach(this::relieve);
            if (silence.isOn() && concurrency.hasRoom()) {
                // The destination may be silent only about the instances it is working on, and may take others.
                laneWorkers.hire();
            }
        }
    }

    /** Lets the claims behind a slow instance go by another association, if one is allowed. */
    private void relieve(ClaimBatch claimBatch) {
        if (!claimBatch.isTrial() && claimBatch.isHeldUp(HELD_UP)) {
            concurrency.growIfQuiet();
            if (concurrency.hasRoom()) {
                claimBatch.giveBack("goes by another association, not behind a slow instance");
                laneWorkers.hire();
            }
        }
    }

    private void usabilityChanged(boolean usable) {
        if (!usable) {
            giveBackAll(health.condition().state() + ": " + health.condition().why());
        }
        wakeSignal.wake();
        onUsabilityChange.accept(settings.name());
    }

    /** Whether the destination has just asked to be left alone, or its time is over. */
    private void reviewRetryAfter() {
        boolean now = retryAfter.isOn();
        synchronized (this) {
            if (now == leftAlone) {
                return;
            }
            leftAlone = now;
        }
        if (now) {
            giveBackAll("the destination asked to be left alone for a while");
        }
        wakeSignal.wake();
        onUsabilityChange.accept(settings.name());
    }

    private void silenceChanged(boolean silent) {
        if (silent) {
            giveBackAll("the destination does not answer at the moment");
        }
        wakeSignal.wake();
        onUsabilityChange.accept(settings.name());
    }

    /** Gives back all waiting claims, so that they can go elsewhere. */
    private void giveBackAll(String why) {
        hands.stream().filter(claimBatch -> !claimBatch.isTrial()).forEach(claimBatch -> claimBatch.giveBack(why));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
