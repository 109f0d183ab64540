package org.dicomgateway.spool;

import java.io.IOException;

/** Nothing may be sent now, for a reason that has nothing to do with the instance or its destination. */
public final class NotNowException extends IOException {

    private static final long serialVersionUID = 1L;

    public NotNowException(String message) {
        super(message);
    }
}
