package org.dicomgateway.spool.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerSource;
import org.dicomgateway.spool.sqlite.DriverLibrary;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.sqlite.SqliteLedger;

/** Opens the ledger in an SQLite database file. */
public record SqliteLedgerSource(Path file) implements LedgerSource {

    @Override
    public boolean exists() {
        return Files.exists(file);
    }

    @Override
    public Ledger open(Chooser chooser) throws LedgerException {
        try {
            DriverLibrary.unpackIn(file.resolveSibling("sqlite"));
        } catch (IOException e) {
            throw new LedgerException("the folder for the SQLite driver's library cannot be prepared: " + e, e);
        }
        return SqliteLedger.open(file, chooser);
    }

    @Override
    public void remove() throws IOException {
        LedgerFile.remove(file);
    }

    @Override
    public void setAside(String suffix) throws IOException {
        SqliteLedger.setAside(file, suffix);
    }
}
