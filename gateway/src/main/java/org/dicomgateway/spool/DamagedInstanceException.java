package org.dicomgateway.spool;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stored instance is missing, unreadable, or not what was received. It must be parked, never sent. */
public final class DamagedInstanceException extends IOException {

    private static final long serialVersionUID = 1L;

    /** With a message that names the file and what was found. */
    public DamagedInstanceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
