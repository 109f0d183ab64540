package org.dicomgateway.spool.ledger;

import org.dicomgateway.spool.Chooser;

/** The ledger that tests use keeps the contract too. */
class InMemoryLedgerTest extends LedgerContract {

    @Override
    protected Ledger open(Chooser chooser) {
        return new InMemoryLedger(chooser);
    }
}
