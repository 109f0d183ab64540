package org.dicomgateway.spool;

import java.io.IOException;

/** Where the spool gets its ledger from. */
interface LedgerSource {

    /** Whether there is one. */
    boolean exists();

    /**
     * Opens it, or makes an empty one.
     *
     * @throws LedgerCorruptException when it is damaged
     */
    Ledger open() throws LedgerException;

    /** Moves a damaged one out of the way; {@code suffix} is appended to its name. */
    void setAside(String suffix) throws IOException;
}
