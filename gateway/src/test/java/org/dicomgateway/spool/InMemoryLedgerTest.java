package org.dicomgateway.spool;

/** The ledger that tests use keeps the contract too. */
class InMemoryLedgerTest extends LedgerContract {

    @Override
    Ledger open(Chooser chooser) {
        return new InMemoryLedger(chooser);
    }
}
