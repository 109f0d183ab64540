package org.dicomgateway.admin.server;

import java.time.Duration;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * The limits of the web server for all callers, known or unknown.
 *
 * @param connections open at the same time; for one more, one that waits for its caller is closed
 * @param patience how long a caller may take to send a whole request, including the TLS handshake, and again to take
 *     the whole answer
 * @param requestBytes limit for the body of a request
 * @param unreadBytes limit for all answers together that callers have not taken yet
 * @param threads that answer, in addition to those for health and for logins
 */
public record HttpLimits(int connections, Duration patience, int requestBytes, long unreadBytes, int threads) {

    public static final HttpLimits DEFAULT =
            new HttpLimits(200, Duration.ofSeconds(20), 64 * ByteSize.KIB, 16L * ByteSize.MIB, 12);
}
