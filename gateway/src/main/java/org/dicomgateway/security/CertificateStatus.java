package org.dicomgateway.security;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * A certificate of the gateway that is in use now.
 *
 * @param file the file that contains it
 * @param subject the subject, in the form of RFC 2253
 * @param notAfter when it expires
 */
public record CertificateStatus(Path file, String subject, Instant notAfter) {

    /** With less time left than this, the certificate should already have been renewed. */
    public static final Duration SOON = Duration.ofDays(30);

    /** Whole days until it expires; negative when it has expired. */
    public long daysLeft(Instant now) {
        return Math.floorDiv(
                Duration.between(now, notAfter).toSeconds(), Duration.ofDays(1).toSeconds());
    }

    /** Whether it expires soon or has expired. */
    public boolean expiresSoon(Instant now) {
        return Duration.between(now, notAfter).compareTo(SOON) < 0;
    }
}
