package org.dicomgateway.dicom.requestor;

import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.security.ClientTls;

/**
 * How a {@link Requestor} calls. No duration is ever infinite.
 *
 * @param connectTimeout for the TCP connection, and again for the TLS handshake
 * @param associationTimeout for the answer to A-ASSOCIATE-RQ
 * @param responseTimeout for the response to a C-STORE or C-ECHO, from the last byte of the request
 * @param writeTimeout for the peer to take a PDU; a watchdog closes the socket after it
 * @param releaseTimeout for the answer to A-RELEASE-RQ
 * @param maxPduLength largest PDU we offer to receive, in bytes
 * @param tls how the connection is secured; empty: not at all
 */
public record RequestorSettings(
        Duration connectTimeout,
        Duration associationTimeout,
        Duration responseTimeout,
        Duration writeTimeout,
        Duration releaseTimeout,
        int maxPduLength,
        Optional<ClientTls> tls) {

    /** Without TLS. */
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
}
