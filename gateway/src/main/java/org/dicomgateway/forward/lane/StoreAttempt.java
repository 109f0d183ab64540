package org.dicomgateway.forward.lane;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.Associations;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.Probe;
import org.dicomgateway.forward.association.ProgressStream;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.PendingResponses;
import org.dicomgateway.forward.health.Symptoms;
import org.dicomgateway.forward.health.Throughput;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Deferred;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.forward.outcome.Outcome.Impossible;
import org.dicomgateway.forward.outcome.Outcome.Refused;
import org.dicomgateway.forward.outcome.Outcome.Unavailable;
import org.dicomgateway.forward.outcome.OutcomeTable;
import org.dicomgateway.forward.outcome.RetryPolicy;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.ForwardLog.Event;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Settlement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends one instance to the destination, and settles it by the outcome. Safe for any number of threads. */
final class StoreAttempt {

    private static final Logger LOG = LoggerFactory.getLogger(StoreAttempt.class);

    /** How long an instance is put behind others of the same caller. */
    private static final Duration BEHIND = Duration.ofSeconds(1);

    private final Outbox outbox;
    private final OutgoingInstances outgoingInstances;
    private final InstantSource clock;
    private final Associations associations;
    private final DestinationSignals destinationSignals;
    private final RetryPolicy retries;
    private final Probe probe;
    private final ForwardLog forwardLog;

    StoreAttempt(
            Outbox outbox,
            OutgoingInstances outgoingInstances,
            InstantSource clock,
            Associations associations,
            DestinationSignals destinationSignals,
            RetryPolicy retries,
            Probe probe,
            ForwardLog forwardLog) {
        this.outbox = outbox;
        this.outgoingInstances = outgoingInstances;
        this.clock = clock;
        this.associations = associations;
        this.destinationSignals = destinationSignals;
        this.retries = retries;
        this.probe = probe;
        this.forwardLog = forwardLog;
    }

    /**
     * Sends the claim that was taken from the batch, and settles it, whatever happens.
     *
     * @param first whether it is the first of this association
     * @return whether the association can be used for another instance
     */
    boolean send(StoreConnection association, ClaimBatch claimBatch, Claim claim, boolean first) {
        long start = System.nanoTime();
        Outcome outcome;
        boolean usable = false;
        boolean unanswered = false;
        try {
            outgoingInstances.prepare(claim, claimBatch, association::accepts);
            Outcome answer = accepted(association, claim);
            outcome = destinationSignals.faultAttribution().of(claim, answer, outbox::passesOn);
            notice(claim, outcome, Duration.ofMillis(millisSince(start)));
            usable = true;
        } catch (AssociationException e) {
            unanswered = true;
            outcome = unanswered(claim, e, first);
        } catch (Outbox.NotNowException e) {
            outcome = new Deferred(Outcome.NO_STATUS, "not sent now: " + e.getMessage());
        } catch (DamagedInstanceException e) {
            outcome = new Impossible(Outcome.NO_STATUS, "damaged in the spool, not sent: " + e.getMessage(), true);
        } catch (UntransformableException | UnreadableDatasetException e) {
            // Not to the next candidate either: that one may have no transform.
            outcome = new Impossible(Outcome.NO_STATUS, "cannot be transformed, not sent: " + e.getMessage(), true);
        } catch (IOException e) {
            outcome = new Refused(Outcome.NO_STATUS, "cannot be read from the spool: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            association.abort();
            conclude(claimBatch, claim, new Refused(Outcome.NO_STATUS, "a fault of the gateway: " + e), true, start);
            throw e;
        }
        conclude(claimBatch, claim, outcome, unanswered, start);
        return usable;
    }

    private void notice(Claim claim, Outcome outcome, Duration took) {
        Symptoms symptoms = destinationSignals.symptoms();
        if (outcome instanceof Delivered) {
            destinationSignals.titles().taken(destinationSignals.titles().of(claim));
            if (symptoms.stored(took, claim.instance().datasetLength())) {
                destinationSignals.concurrency().shrink("it became slow");
            }
        } else if (outcome instanceof Refused refused) {
            symptoms.refused(refused.reason());
        } else if (outcome instanceof Impossible impossible) {
            symptoms.refused(impossible.reason());
        } else if (outcome instanceof Unavailable busy && !busy.pause().isZero()) {
            destinationSignals.retryAfter().ask(busy.pause(), busy.reason());
            destinationSignals.concurrency().shrink(busy.reason());
        }
    }

    private Outcome unanswered(Claim claim, AssociationException failure, boolean first) {
        if (associations.areAborted()) {
            return new Deferred(Outcome.NO_STATUS, "the lane was stopped before the answer came");
        }
        if (failure.reason() == AssociationException.Cause.TIMEOUT && associations.count() > 1) {
            destinationSignals.concurrency().shrink("a store was not answered in time");
        }
        AeTitle calling = destinationSignals.titles().of(claim);
        Deferred trouble = OutcomeTable.ofStore(failure, first, calling);
        boolean ofCaller = first
                && failure.reason() == AssociationException.Cause.ABORTED
                && destinationSignals.titles().refuses(calling, failure, trouble.reason());
        return ofCaller ? trouble : destinationSignals.faultAttribution().of(claim, trouble, outbox::passesOn);
    }

    /** Settles a claim by the outcome of an attempt that sent nothing. */
    void conclude(ClaimBatch claimBatch, Claim claim, Outcome outcome, long start) {
        conclude(claimBatch, claim, outcome, false, start);
    }

    private void conclude(ClaimBatch claimBatch, Claim claim, Outcome outcome, boolean unanswered, long start) {
        boolean held = !destinationSignals.breaker().allowsTraffic();
        Settlement decided =
                afterItsCaller(claim, retries.settlement(claim.attempts(), outcome, clock.instant(), held));
        Settlement settlement = unanswered ? decided.withoutAnswer() : decided;
        // Asked before the settlement: after it, the delivery may already belong to another destination.
        boolean passedOn =
                settlement instanceof Settlement.Parked parked && parked.elsewhere() && outbox.passesOn(claim);
        account(claimBatch, claim, settlement);
        report(claim, settlement, passedOn, start);
    }

    /** Writes the line of the forward log for a settlement. */
    private void report(Claim claim, Settlement settlement, boolean passedOn, long start) {
        Event refused = passedOn ? Event.PASSED_ON : Event.PARKED;
        settlement.match(
                done -> line(Event.DELIVERED, claim, start, done.status(), ""),
                retry -> line(Event.RETRY, claim, start, retry.status(), retry.reason()),
                parked -> line(refused, claim, start, parked.status(), parked.reason()));
    }

    private Event line(Event event, Claim claim, long start, int status, String reason) {
        Optional<SentAs> sentAs = outgoingInstances.sentAs(claim);
        forwardLog.outcome(
                event,
                claim.instance().subject(),
                sentAs.map(SentAs::sopInstance)
                        .filter(uid -> !uid.equals(claim.instance().sopInstance())),
                sentAs.flatMap(SentAs::transferSyntax),
                claim.route(),
                claim.destination(),
                claim.attempts() + 1,
                millisSince(start),
                status,
                reason);
        return event;
    }

    /** When a caller was put off because of this instance, tries it after the caller's others: it may be the cause. */
    private Settlement afterItsCaller(Claim claim, Settlement settlement) {
        if (!(settlement instanceof Settlement.Retry retry)) {
            return settlement;
        }
        Optional<Instant> due = destinationSignals.titles().putOffUntil(claim).map(until -> until.plus(BEHIND));
        return due.filter(retry.due()::isBefore)
                .<Settlement>map(
                        behind -> new Settlement.Retry(behind, retry.counted(), retry.status(), retry.reason()))
                .orElse(retry);
    }

    /**
     * Settles the claims whose caller is put off. There may be many, repeatedly, so the forward log gets a line only
     * for the first.
     */
    void putOff(ClaimBatch claimBatch, long start) {
        Predicate<Claim> which =
                claim -> destinationSignals.titles().putOff(claim).isPresent();
        Optional<Claim> first = claimBatch.take(which);
        first.ifPresent(claim -> destinationSignals.titles().putOff(claim).ifPresent(later -> {
            account(claimBatch, claim, later);
            report(claim, later, false, start);
        }));
        claimBatch.settleIf(destinationSignals.titles()::putOff);
    }

    private Outcome accepted(StoreConnection association, Claim claim) throws AssociationException, IOException {
        List<PresentationPair> forms = outgoingInstances.promised(claim);
        List<PresentationPair> accepted =
                forms.stream().filter(association::accepts).toList();
        return accepted.isEmpty() ? OutcomeTable.notAccepted(forms) : store(association, claim, accepted);
    }

    private Outcome store(StoreConnection association, Claim claim, List<PresentationPair> accepted)
            throws AssociationException, IOException {
        Throughput throughput = destinationSignals.tally().throughput();
        throughput.begin();
        long arrived = 0;
        try {
            Outcome answer = awaited(association, claim, accepted);
            arrived = claim.instance().datasetLength();
            return answer;
        } finally {
            throughput.end(arrived);
        }
    }

    private Outcome awaited(StoreConnection association, Claim claim, List<PresentationPair> accepted)
            throws AssociationException, IOException {
        OutgoingInstances.Prepared prepared = outgoingInstances.open(claim, accepted);
        Instance known = prepared.known(claim);
        InputStream dataset = prepared.dataset();
        try (PendingResponses.Wait wait = destinationSignals.pendingResponses().beginStore(known.datasetLength())) {
            Outgoing outgoing = new Outgoing(
                    new PresentationPair(known.sopClass(), known.transferSyntax()),
                    known.sopInstance(),
                    known.datasetLength(),
                    new ProgressStream(dataset, wait),
                    prepared.sentAs());
            Outcome answer = association.store(claim, outgoing);
            wait.answered();
            return answer;
        } finally {
            closeQuietly(dataset);
        }
    }

    private void account(ClaimBatch claimBatch, Claim claim, Settlement settlement) {
        claimBatch.settle(claim, settlement);
        destinationSignals.tally().settled(settlement, clock.instant());
        if (settlement instanceof Settlement.Delivered) {
            probe.proven();
        }
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private void closeQuietly(InputStream dataset) {
        try {
            dataset.close();
        } catch (IOException e) {
            LOG.debug("closing what was read from the spool failed", e);
        }
    }
}
