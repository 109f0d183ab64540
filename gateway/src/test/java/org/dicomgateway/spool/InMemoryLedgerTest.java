package org.dicomgateway.spool;

import org.dicomgateway.spool.ledger.Ledger;

/** The ledger that tests use keeps the contract too. */
class InMemoryLedgerTest extends LedgerContract {

    @Override
    Ledger open(Chooser chooser) {
        return new InMemoryLedger(chooser);
    }
}
