package org.dicomgateway.spool;

/** A search could not be made now; the message says why, for operators. */
public final class SearchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SearchException(String message, Throwable cause) {
        super(message, cause);
    }
}
