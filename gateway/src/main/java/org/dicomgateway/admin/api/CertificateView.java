package org.dicomgateway.admin.api;

import java.time.Instant;

/**
 * A certificate that the gateway presents.
 *
 * @param file the file that it was read from
 * @param subject its subject as an RFC 2253 string
 * @param notAfter when it expires
 */
public record CertificateView(String file, String subject, Instant notAfter) {}
