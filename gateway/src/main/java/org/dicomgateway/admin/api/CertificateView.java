package org.dicomgateway.admin.api;

import java.time.Instant;

/**
 * A certificate by which the gateway says who it is.
 *
 * @param file it was read from
 * @param subject as RFC 2253 writes it
 * @param notAfter when it expires
 */
public record CertificateView(String file, String subject, Instant notAfter) {}
