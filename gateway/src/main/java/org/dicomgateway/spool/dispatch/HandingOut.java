package org.dicomgateway.spool.dispatch;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives claims to lanes. A versioned delivery is first noted in the ledger, and in the journal if an older version
 * exists. If the process ends while it is being sent, the next process then knows that it may have arrived, even if it
 * must rebuild the ledger. All other deliveries need no note.
 */
public final class HandingOut {

    private static final Logger LOG = LoggerFactory.getLogger(HandingOut.class);

    private final Claims claims;
    private final LedgerQueue ledgerQueue;
    private final VersionLog versions;

    public HandingOut(Claims claims, LedgerQueue ledgerQueue, VersionLog versions) {
        this.claims = claims;
        this.ledgerQueue = ledgerQueue;
        this.versions = versions;
    }

    /** See {@link Outbox#claim}. */
    public List<Claim> claim(String destination, Instant now, int max) throws LedgerException {
        List<Claim> claimed = claims.claim(destination, now, max);
        List<Claim> versioned = claimed.stream().filter(claims::isVersioned).toList();
        if (versioned.isEmpty()) {
            return claimed;
        }
        try {
            ledgerQueue
                    .apply(new Change.HandedOut(
                            versioned.stream().map(Claim::deliveryId).toList()))
                    .join();
            if (versions.write()) {
                return claimed;
            }
        } catch (CompletionException e) {
            LOG.debug("{} claims are released: the ledger could not note them", versioned.size(), e);
        }
        versioned.forEach(claim -> claims.applied(claim.deliveryId()));
        return claimed.stream().filter(claim -> !versioned.contains(claim)).toList();
    }
}
