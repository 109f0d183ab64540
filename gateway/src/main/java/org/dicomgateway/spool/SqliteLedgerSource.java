package org.dicomgateway.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** The ledger in a database file. */
record SqliteLedgerSource(Path file) implements LedgerSource {

    @Override
    public boolean exists() {
        return Files.exists(file);
    }

    @Override
    public Ledger open(Chooser chooser) throws LedgerException {
        LeftLibraries.remove(Path.of(System.getProperty("java.io.tmpdir")), Instant.now());
        return SqliteLedger.open(file, chooser);
    }

    @Override
    public Catalogue catalogue() {
        return new Catalogue(new LedgerFile(file));
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
