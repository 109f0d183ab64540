package org.dicomgateway.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The ledger in a database file. */
record SqliteLedgerSource(Path file) implements LedgerSource {

    @Override
    public boolean exists() {
        return Files.exists(file);
    }

    @Override
    public Ledger open(Chooser chooser) throws LedgerException {
        try {
            DriverLibrary.unpackIn(file.resolveSibling("sqlite"));
        } catch (IOException e) {
            throw new LedgerException("there is no folder for the SQLite driver's library: " + e, e);
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
