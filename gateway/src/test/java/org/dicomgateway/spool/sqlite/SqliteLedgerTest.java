package org.dicomgateway.spool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerContract;
import org.dicomgateway.spool.ledger.LedgerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, in a database file. */
class SqliteLedgerTest extends LedgerContract {

    @TempDir
    private Path folder;

    @Override
    protected Ledger open(Chooser chooser) throws LedgerException {
        return SqliteLedger.open(folder.resolve("ledger.db"), chooser);
    }

    /** The answers of PRAGMA synchronous. */
    private static final long NORMAL = 1;

    @Test
    void a_commit_costs_no_sync_neither_after_the_start_nor_after_one_that_was_asked_for() throws Exception {
        try (Statements database = new LedgerFile(folder.resolve("ledger.db")).openForWriting()) {
            assertThat(database.number("PRAGMA synchronous")).isEqualTo(NORMAL);
            LedgerWriter writer = new LedgerWriter(database, new Candidates());
            writer.sync(0);
            assertThat(database.number("PRAGMA synchronous")).isEqualTo(NORMAL);
        }
    }
}
