package org.dicomgateway.spool.ledger;

import java.io.IOException;
import org.dicomgateway.spool.Chooser;

/** Opens the spool's ledger. */
public interface LedgerSource {

    /** Whether a ledger exists. */
    boolean exists();

    /**
     * Opens the ledger, or creates an empty one.
     *
     * @param chooser called in the thread that applies changes
     * @throws LedgerCorruptException when the ledger is damaged
     */
    Ledger open(Chooser chooser) throws LedgerException;

    /** Removes an incomplete ledger, which holds nothing of value. */
    void remove() throws IOException;

    /** Moves a damaged ledger out of the way. Appends {@code suffix} to its name. */
    void setAside(String suffix) throws IOException;
}
