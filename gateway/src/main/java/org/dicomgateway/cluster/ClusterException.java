package org.dicomgateway.cluster;

import java.io.IOException;

/** The cluster cannot be joined. The message says why, and what to do. */
final class ClusterException extends IOException {

    private static final long serialVersionUID = 1L;

    ClusterException(String message, Throwable cause) {
        super(message, cause);
    }

    ClusterException(String message) {
        super(message);
    }
}
