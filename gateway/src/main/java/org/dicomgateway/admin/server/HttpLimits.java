package org.dicomgateway.admin.server;

import java.time.Duration;

/**
 * What the web server gives those who call it, known or not.
 *
 * @param connections at the same time; for one more, one that waits for its caller is closed
 * @param patience how long a caller may take to send a whole request, the TLS handshake included, and again to take the
 *     whole answer
 * @param requestBytes of a body
 * @param unreadBytes of answers that callers have not taken yet, in all
 * @param threads that answer, beside the ones for health and for logins
 */
public record HttpLimits(int connections, Duration patience, int requestBytes, long unreadBytes, int threads) {

    static final HttpLimits DEFAULT = new HttpLimits(200, Duration.ofSeconds(20), 64 * 1024, 16L * 1024 * 1024, 12);
}
