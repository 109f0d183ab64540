package org.dicomgateway.security;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * A certificate by which the gateway says who it is, now in force.
 *
 * @param file it was read from
 * @param subject as RFC 2253 writes it
 * @param notAfter when it expires
 */
public record CertificateStatus(Path file, String subject, Instant notAfter) {

    /** Whoever renews certificates should have done so by now. */
    public static final Duration SOON = Duration.ofDays(30);

    /** Whole days until it expires; negative when it has. */
    public long daysLeft(Instant now) {
        return Math.floorDiv(
                Duration.between(now, notAfter).toSeconds(), Duration.ofDays(1).toSeconds());
    }

    /** Whether it expires soon, or has. */
    public boolean expiresSoon(Instant now) {
        return Duration.between(now, notAfter).compareTo(SOON) < 0;
    }
}
