package org.dicomgateway.spool;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract, in a database file. */
class SqliteLedgerTest extends LedgerContract {

    @TempDir
    private Path folder;

    @Override
    Ledger open(Chooser chooser) throws LedgerException {
        return SqliteLedger.open(folder.resolve("ledger.db"), chooser);
    }
}
