package org.dicomgateway.security;

import java.util.Optional;

/**
 * How the gateway speaks TLS to those whom it calls.
 *
 * @param verifyHostName whether the certificate of whom it calls must be for that name (RFC 9525); without it anybody with
 *     a certificate of a trusted authority can pose as the destination
 * @param serverName the name that is expected and asked for (SNI), when it is another than the one that is called
 */
public record ClientTls(TlsSettings tls, boolean verifyHostName, Optional<String> serverName) {}
