package org.dicomgateway.forward;

import org.dicomgateway.forward.Outcome.Deferred;
import org.dicomgateway.forward.Outcome.Delivered;
import org.dicomgateway.forward.Outcome.Impossible;
import org.dicomgateway.forward.Outcome.Refused;
import org.dicomgateway.spool.Claim;

/**
 * Tells the breaker what an answer says of the destination, and decides whose trouble it is when the answer alone does
 * not: by what became of this delivery before, and of others. For any number of threads.
 */
final class Judge {

    private final Breaker breaker;
    private final Suspects suspects = new Suspects();

    Judge(Breaker breaker) {
        this.breaker = breaker;
    }

    /** The outcome of an attempt, given what {@link Verdict} makes of its answer. */
    Outcome of(Claim claim, Outcome answer) {
        long id = claim.deliveryId();
        return answer.<Outcome>match(
                delivered -> delivered(id, delivered),
                deferred -> deferred(id, deferred),
                refused -> refused(id, refused),
                this::impossible);
    }

    /** A delivery is given up: when an operator retries it, it starts anew. */
    void forget(Claim claim) {
        suspects.forget(claim.deliveryId());
    }

    private Outcome delivered(long id, Delivered outcome) {
        suspects.passed(id);
        breaker.delivered();
        return outcome;
    }

    private Outcome deferred(long id, Deferred outcome) {
        if (suspects.blames(id)) {
            return new Refused(outcome.status(), outcome.reason() + ", while others pass", false);
        }
        breaker.failed(true, outcome.reason());
        return outcome;
    }

    private Outcome refused(long id, Refused outcome) {
        if (!outcome.ambiguous()) {
            breaker.answered();
            return outcome;
        }
        // What a destination in trouble says of the one delivery it is tried with is not held against that delivery.
        boolean excused = breaker.isHalfOpen() && !suspects.blames(id);
        breaker.refused(id, outcome.reason());
        return excused ? new Deferred(outcome.status(), outcome.reason()) : outcome;
    }

    private Outcome impossible(Impossible outcome) {
        breaker.answered();
        return outcome;
    }
}
