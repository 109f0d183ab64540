package org.dicomgateway.spool.engine;

import java.util.Optional;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.RefusedException.Kind;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.intake.Committer;
import org.dicomgateway.spool.ledger.LedgerQueue;

/** Decides whether the spool accepts instances. Cheap to ask. */
final class Gate {

    private final SpaceWatch space;
    private final LedgerQueue ledgerQueue;
    private final Committer committer;
    private final Replica replica;
    private volatile boolean closing;

    Gate(SpaceWatch space, LedgerQueue ledgerQueue, Committer committer, Replica replica) {
        this.space = space;
        this.ledgerQueue = ledgerQueue;
        this.committer = committer;
        this.replica = replica;
    }

    /** Closes the gate: from now on the spool accepts nothing. */
    void close() {
        closing = true;
    }

    /** See {@link Intake#closedBecause}. */
    Optional<String> closedBecause() {
        return reason().map(Reason::text);
    }

    /**
     * Lets an instance pass, if the spool is open.
     *
     * @throws RefusedException when the spool accepts no instances
     */
    void pass() throws RefusedException {
        Optional<Reason> reason = reason();
        if (reason.isPresent()) {
            throw new RefusedException(reason.get().kind, reason.get().text, null);
        }
    }

    private Optional<Reason> reason() {
        if (closing) {
            return Optional.of(new Reason(Kind.CLOSED, "the spool is shutting down"));
        }
        return space.closedBecause()
                .map(text -> new Reason(Kind.NO_SPACE, text))
                .or(() -> committer.brokenBecause().map(e -> new Reason(e.kind(), String.valueOf(e.getMessage()))))
                .or(() -> ledgerQueue.failingBecause().map(text -> new Reason(Kind.FAULT, text)))
                .or(() -> replica.closedBecause().map(text -> new Reason(Kind.FAULT, text)));
    }

    private record Reason(Kind kind, String text) {}
}
