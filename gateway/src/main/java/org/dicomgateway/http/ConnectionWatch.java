package org.dicomgateway.http;

import org.eclipse.jetty.io.EndPoint;

/** Knows the connections of one port, and ends those that take too much or too long. For any number of threads. */
public interface ConnectionWatch {

    /** A connection is there. TLS, and every byte of it, come later. */
    void opened(EndPoint endPoint);

    /** It is gone. */
    void closed(EndPoint endPoint);

    /** Ends the connections that have kept the gateway waiting too long. Called twice a second. */
    void closeOverdue();
}
