package org.dicomgateway.spool.journal;

import java.io.IOException;
import java.util.Optional;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the ledger's word is enough to destroy something: to reuse a segment, or to delete a file. It is
 * enough when the ledger was synced and the journal knows its count of syncs. The next start then notices a ledger that
 * was rolled back behind this point, and rebuilds it. If the ledger is damaged, or a sync of it failed, nothing is
 * destroyed any more. The journal then demands a count that this ledger can never reach, so that the next start
 * rebuilds it.
 */
public final class LedgerTrust {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerTrust.class);
    /**
     * Each new ledger starts its count of syncs at the next multiple of 2^32, so that no older ledger can reach the
     * same count.
     */
    private static final int GENERATION = 32;

    private final Ledger ledger;
    private final FactJournal journal;
    private volatile boolean condemned;
    private boolean said;

    public LedgerTrust(Ledger ledger, FactJournal journal) {
        this.ledger = ledger;
        this.journal = journal;
    }

    /** The first count of syncs of a new ledger. Every earlier ledger has a smaller count. */
    public static long generationAfter(long syncs) {
        return ((syncs >> GENERATION) + 1) << GENERATION;
    }

    /** The reason why the next start must rebuild the ledger; empty when the ledger is sound. */
    public Optional<String> lostBecause() {
        return ledger.damage()
                .map(damage -> "the spool's ledger is damaged, or could not be synced: nothing is recycled until a "
                        + "restart builds it anew (" + damage.getMessage() + ")");
    }

    /**
     * Notes durably how new the synced ledger is. After this, the ledger's word may be acted upon.
     *
     * @return false when nothing may be destroyed
     */
    public boolean confirm() throws LedgerException {
        if (lostBecause().isPresent()) {
            return false;
        }
        try {
            journal.raise(ledger.syncs());
            return true;
        } catch (IOException e) {
            LOG.warn("the spool's journal cannot be written to; nothing is recycled until it can", e);
            return false;
        }
    }

    /** If the ledger is damaged, ensures that the next start rebuilds it, whatever happens to this process. */
    public void look() {
        Optional<String> lost = lostBecause();
        if (lost.isEmpty() || condemned) {
            return;
        }
        if (!said) {
            LOG.error("{}", lost.get(), ledger.damage().orElse(null));
            said = true;
        }
        try {
            journal.raise(generationAfter(journal.floor()));
            condemned = true;
        } catch (IOException e) {
            LOG.warn("cannot note yet that the next start must build the ledger anew; the gateway tries again", e);
        }
    }
}
