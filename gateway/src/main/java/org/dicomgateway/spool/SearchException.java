package org.dicomgateway.spool;

/** A search is not possible now. The message gives the operator the reason. */
public final class SearchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SearchException(String message, Throwable cause) {
        super(message, cause);
    }
}
