package org.dicomgateway.spool.ledger;

import org.jspecify.annotations.Nullable;

/**
 * The database file is damaged, or is not a ledger. The ledger can be set aside and rebuilt from the log and the files.
 */
public final class LedgerCorruptException extends LedgerException {

    private static final long serialVersionUID = 1L;

    public LedgerCorruptException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
