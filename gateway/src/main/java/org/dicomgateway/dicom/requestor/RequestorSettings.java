package org.dicomgateway.dicom.requestor;

import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.security.ClientTls;

/**
 * How a {@link Requestor} opens associations. No duration is ever infinite.
 *
 * @param connectTimeout for the TCP connection, and again for the TLS handshake
 * @param associationTimeout for the answer to A-ASSOCIATE-RQ
 * @param responseTimeout for the response to a C-STORE or C-ECHO, from the last byte of the request
 * @param writeTimeout for the peer to take a PDU; then a watchdog closes the socket
 * @param releaseTimeout for the answer to A-RELEASE-RQ
 * @param maxPduLength the largest PDU that we offer to receive, in bytes
 * @param tls how the connection is secured; empty: without TLS
 * @param window the most C-STORE requests that may wait for their responses on one association, 1 to {@value
 *     #MAX_WINDOW}. Above 1, the asynchronous operations window is offered (PS3.7 D.3.3.3)
 */
public record RequestorSettings(
        Duration connectTimeout,
        Duration associationTimeout,
        Duration responseTimeout,
        Duration writeTimeout,
        Duration releaseTimeout,
        int maxPduLength,
        Optional<ClientTls> tls,
        int window) {

    /** The largest window. */
    public static final int MAX_WINDOW = 256;

    /** With one request at a time. */
    public RequestorSettings(
            Duration connectTimeout,
            Duration associationTimeout,
            Duration responseTimeout,
            Duration writeTimeout,
            Duration releaseTimeout,
            int maxPduLength,
            Optional<ClientTls> tls) {
        this(connectTimeout, associationTimeout, responseTimeout, writeTimeout, releaseTimeout, maxPduLength, tls, 1);
    }

    /** With one request at a time, and without TLS. */
    public RequestorSettings(
            Duration connectTimeout,
            Duration associationTimeout,
            Duration responseTimeout,
            Duration writeTimeout,
            Duration releaseTimeout,
            int maxPduLength) {
        this(
                connectTimeout,
                associationTimeout,
                responseTimeout,
                writeTimeout,
                releaseTimeout,
                maxPduLength,
                Optional.empty());
    }

    /** The same with another window. */
    public RequestorSettings withWindow(int other) {
        return new RequestorSettings(
                connectTimeout,
                associationTimeout,
                responseTimeout,
                writeTimeout,
                releaseTimeout,
                maxPduLength,
                tls,
                other);
    }
}
