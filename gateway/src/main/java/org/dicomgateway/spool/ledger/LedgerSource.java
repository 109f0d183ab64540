package org.dicomgateway.spool.ledger;

import java.io.IOException;
import org.dicomgateway.spool.Chooser;

/** Where the spool gets its ledger from. */
public interface LedgerSource {

    /** Whether there is one. */
    boolean exists();

    /**
     * Opens it, or makes an empty one.
     *
     * @param chooser asked in the thread that applies changes
     * @throws LedgerCorruptException when it is damaged
     */
    Ledger open(Chooser chooser) throws LedgerException;

    /** Removes one that is worth nothing: it was never complete. */
    void remove() throws IOException;

    /** Moves a damaged one out of the way; {@code suffix} is appended to its name. */
    void setAside(String suffix) throws IOException;
}
