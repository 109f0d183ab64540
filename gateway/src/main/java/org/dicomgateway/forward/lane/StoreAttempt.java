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
import org.dicomgateway.forward.association.Probe;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.association.StoreConnection.Answer;
import org.dicomgateway.forward.health.DestinationSignals;
import org.dicomgateway.forward.health.Symptoms;
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
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Settlement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends instances to the destination, and settles each by its outcome. Several can be under way on one association.
 * Safe for any number of threads.
 */
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

    /** What goes over a connection. Close it before the connection. */
    UnderWay over(StoreConnection connection, ClaimBatch claimBatch) {
        return new UnderWay(connection, claimBatch, destinationSignals, this);
    }

    /**
     * Begins to send the claim that was taken from the batch. When that fails, settles it and all that are under way.
     *
     * @return whether the association can be used for another instance
     */
    boolean begin(UnderWay underWay, Claim claim) {
        UnderWay.Attempt attempt = underWay.begin(claim);
        try {
            outgoingInstances.prepare(claim, underWay.claimBatch(), underWay.connection()::accepts);
            List<PresentationPair> forms = outgoingInstances.promised(claim);
            List<PresentationPair> accepted =
                    forms.stream().filter(underWay.connection()::accepts).toList();
            if (accepted.isEmpty()) {
                answered(underWay, attempt, OutcomeTable.notAccepted(forms));
            } else {
                send(underWay, attempt, accepted);
            }
            return true;
        } catch (AssociationException e) {
            broken(underWay, e);
            return false;
        } catch (Outbox.NotNowException e) {
            return notSent(underWay, attempt, new Deferred(Outcome.NO_STATUS, "not sent now: " + e.getMessage()));
        } catch (DamagedInstanceException e) {
            String why = "damaged in the spool, not sent: " + e.getMessage();
            return notSent(underWay, attempt, new Impossible(Outcome.NO_STATUS, why, true));
        } catch (UntransformableException | UnreadableDatasetException e) {
            // Not to the next candidate either: that one may have no transform.
            String why = "cannot be transformed, not sent: " + e.getMessage();
            return notSent(underWay, attempt, new Impossible(Outcome.NO_STATUS, why, true));
        } catch (IOException e) {
            String why = "cannot be read from the spool: " + e.getMessage();
            return notSent(underWay, attempt, new Refused(Outcome.NO_STATUS, why));
        } catch (RuntimeException | Error e) {
            underWay.connection().abort();
            lost(underWay, attempt, new Refused(Outcome.NO_STATUS, "a fault of the gateway: " + e));
            throw e;
        }
    }

    private void send(UnderWay underWay, UnderWay.Attempt attempt, List<PresentationPair> accepted)
            throws AssociationException, IOException {
        OutgoingInstances.Prepared prepared = outgoingInstances.open(attempt.claim(), accepted);
        InputStream dataset = prepared.dataset();
        try {
            underWay.connection().begin(attempt.claim(), attempt.outgoing(prepared, dataset));
        } finally {
            closeQuietly(dataset);
        }
    }

    /**
     * Waits for an answer, and settles what it answers; when none comes, all that are under way.
     *
     * @return whether the association can be used for another instance
     */
    boolean awaitAnswer(UnderWay underWay) {
        List<UnderWay.Attempt> before = underWay.all();
        try {
            settle(underWay, underWay.connection().next());
            return true;
        } catch (AssociationException e) {
            broken(underWay, e);
            return false;
        } catch (RuntimeException | Error e) {
            underWay.connection().abort();
            if (before.size() == 1 && !underWay.isEmpty()) {
                lost(underWay, before.get(0), new Refused(Outcome.NO_STATUS, "a fault of the gateway: " + e));
            }
            throw e;
        }
    }

    /** Settles what was answered already. Never waits. */
    void takeAnswers(UnderWay underWay) {
        for (Optional<Answer> each = underWay.connection().polled();
                each.isPresent();
                each = underWay.connection().polled()) {
            settle(underWay, each.get());
        }
    }

    private void settle(UnderWay underWay, Answer answer) {
        UnderWay.Attempt attempt = underWay.get(answer.claim());
        attempt.end(true);
        answered(underWay, attempt, answer.outcome());
    }

    private void answered(UnderWay underWay, UnderWay.Attempt attempt, Outcome answer) {
        Claim claim = attempt.claim();
        attempt.end(false);
        underWay.answered();
        Outcome outcome = destinationSignals.faultAttribution().of(claim, answer, outbox::passesOn);
        notice(claim, outcome, attempt.took());
        conclude(underWay.claimBatch(), claim, outcome, false, attempt.start());
    }

    /** The association broke. It may be the fault of any of those under way. */
    private void broken(UnderWay underWay, AssociationException failure) {
        takeAnswers(underWay);
        List<UnderWay.Attempt> all = underWay.all();
        if (!all.isEmpty()) {
            List<Claim> claims = all.stream().map(UnderWay.Attempt::claim).toList();
            Outcome outcome = unanswered(claims, failure, !underWay.wasAnswered());
            all.forEach(attempt -> lost(underWay, attempt, outcome));
        }
    }

    /**
     * The gateway did not send this one. If it was being sent, the association ended with that, and the others get no
     * answer.
     *
     * @return whether the association can be used for another instance
     */
    private boolean notSent(UnderWay underWay, UnderWay.Attempt attempt, Outcome outcome) {
        boolean usable = !attempt.isSending();
        attempt.end(false);
        conclude(underWay.claimBatch(), attempt.claim(), outcome, false, attempt.start());
        if (!usable) {
            takeAnswers(underWay);
            abandon(underWay, "not answered: the association was ended, because another instance could not be sent");
        }
        return usable;
    }

    /** Settles all that are under way, for another try, uncounted: what ended the association was none of them. */
    void abandon(UnderWay underWay, String why) {
        underWay.all().forEach(attempt -> lost(underWay, attempt, new Deferred(Outcome.NO_STATUS, why)));
    }

    private void lost(UnderWay underWay, UnderWay.Attempt attempt, Outcome outcome) {
        attempt.end(false);
        conclude(underWay.claimBatch(), attempt.claim(), outcome, true, attempt.start());
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

    /** @param claims at least one, of the same caller */
    private Outcome unanswered(List<Claim> claims, AssociationException failure, boolean first) {
        if (associations.areAborted()) {
            return new Deferred(Outcome.NO_STATUS, "the lane was stopped before the answer came");
        }
        if (failure.reason() == AssociationException.Cause.TIMEOUT && associations.count() > 1) {
            destinationSignals.concurrency().shrink("a store was not answered in time");
        }
        AeTitle calling = destinationSignals.titles().of(claims.get(0));
        Deferred trouble = OutcomeTable.ofStore(failure, first, calling);
        boolean ofCaller = first
                && failure.reason() == AssociationException.Cause.ABORTED
                && destinationSignals.titles().refuses(calling, failure, trouble.reason());
        return ofCaller ? trouble : destinationSignals.faultAttribution().ofBreak(claims, trouble, outbox::passesOn);
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
