package org.dicomgateway.spool;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stored instance is missing, is unreadable, or differs from what was received. Park its delivery; never send it. */
public final class DamagedInstanceException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Creates the exception. The message names the file and the problem. */
    public DamagedInstanceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
