package org.dicomgateway.spool.journal;

import java.io.IOException;
import java.util.Optional;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the ledger's word is enough to destroy something: a segment that is used again, a file that is deleted. It is
 * when the ledger was synced, and the journal knows how often: a ledger that is rolled back behind that is noticed at the
 * next start, and built anew. When it is damaged, or a sync of it failed, nothing is destroyed any more, and the journal
 * asks for more than this ledger can ever have, so that the next start builds it anew.
 */
public final class LedgerTrust {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerTrust.class);
    /** Each ledger counts its syncs from a multiple of this on: no older one can have as many. */
    private static final int GENERATION = 32;

    private final Ledger ledger;
    private final FactJournal journal;
    private volatile boolean condemned;
    private boolean said;

    public LedgerTrust(Ledger ledger, FactJournal journal) {
        this.ledger = ledger;
        this.journal = journal;
    }

    /** What a ledger that is new has to begin with, so that every one before it is older. */
    public static long generationAfter(long syncs) {
        return ((syncs >> GENERATION) + 1) << GENERATION;
    }

    /** Why the ledger is to be built anew at the next start. */
    public Optional<String> lostBecause() {
        return ledger.damage()
                .map(damage -> "the spool's ledger is damaged, or could not be synced: nothing is recycled until it is "
                        + "built anew, which a restart does (" + damage.getMessage() + ")");
    }

    /**
     * Notes durably how new the ledger is, which was synced. What it says may be acted upon after this.
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

    /** Has a damaged ledger built anew by the next start, whatever happens to this process. */
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
            LOG.warn("that the ledger must be built anew cannot be noted yet; it is tried again", e);
        }
    }
}
