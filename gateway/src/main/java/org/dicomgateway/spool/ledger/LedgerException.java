package org.dicomgateway.spool.ledger;

import org.jspecify.annotations.Nullable;

/** The ledger failed: the disk or the database file. The message names the file and the operation. */
public sealed class LedgerException extends Exception permits LedgerCorruptException {

    private static final long serialVersionUID = 1L;

    public LedgerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
