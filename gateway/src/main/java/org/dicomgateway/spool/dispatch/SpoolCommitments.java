package org.dicomgateway.spool.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.search.Catalogue;

/** What the gateway asks and changes that asks destinations for storage commitment. */
final class SpoolCommitments implements CopyCommitments {

    private final LedgerQueue ledgerQueue;
    private final Catalogue catalogue;
    private volatile Function<String, Optional<Duration>> askAfter = any -> Optional.empty();

    SpoolCommitments(LedgerQueue ledgerQueue, Catalogue catalogue) {
        this.ledgerQueue = ledgerQueue;
        this.catalogue = catalogue;
    }

    @Override
    public void askAfter(Function<String, Optional<Duration>> after) {
        askAfter = after;
    }

    /** When to ask for what is delivered at this time. */
    Optional<Instant> due(String destination, Instant deliveredAt) {
        return askAfter.apply(destination).map(deliveredAt::plus);
    }

    @Override
    public List<Owed> owed(String destination, Instant until, int max) {
        return catalogue.owed(destination, until, max);
    }

    @Override
    public void note(List<Note> notes) {
        ledgerQueue.submit(notes.stream().map(Change.CommitmentNoted::new).toList());
    }

    @Override
    public void hasten(String destination, Instant latest) {
        ledgerQueue.submit(List.of(new Change.CommitmentsHastened(destination, latest)));
    }

    @Override
    public Map<String, Debt> debts() {
        return catalogue.debts();
    }
}
