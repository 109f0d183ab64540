package org.dicomgateway.spool.dispatch;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.dicomgateway.spool.journal.Fact;
import org.dicomgateway.spool.journal.FactJournal;
import org.dicomgateway.spool.journal.LedgerTrust;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.ledger.SentVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies to the journal where newer versions are sent, before they are. So a rebuilt ledger does not send older
 * versions, which the spool still keeps, after them. For any number of threads.
 */
public final class VersionLog {

    private static final Logger LOG = LoggerFactory.getLogger(VersionLog.class);
    private static final int AT_ONCE = 500;

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final LedgerTrust trust;
    private final FactJournal journal;

    public VersionLog(Ledger ledger, LedgerQueue ledgerQueue, LedgerTrust trust, FactJournal journal) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.trust = trust;
        this.journal = journal;
    }

    /**
     * Writes what the ledger knows and the journal does not.
     *
     * @return false when that failed: then no newer version may be sent, and nothing may be recycled
     */
    public synchronized boolean write() throws LedgerException {
        try {
            for (List<SentVersion> some = ledger.unwritten(AT_ONCE);
                    !some.isEmpty();
                    some = ledger.unwritten(AT_ONCE)) {
                journal.add(List.of(new Fact.Sent(some)));
                if (!isNoticedIfRolledBack()) {
                    return false;
                }
                ledgerQueue.apply(new Change.Written(some)).join();
            }
            return true;
        } catch (IOException | CompletionException e) {
            LOG.warn(
                    "the journal cannot note where newer versions are sent: they wait, and nothing is recycled, until it"
                            + " can",
                    e);
            return false;
        }
    }

    /** A ledger that is rolled back behind this point must be rebuilt, since only the journal has the notes then. */
    private boolean isNoticedIfRolledBack() throws LedgerException {
        if (trust.lostBecause().isPresent()) {
            return true; // The next start rebuilds it anyway.
        }
        ledgerQueue.sync().join();
        return trust.confirm();
    }
}
