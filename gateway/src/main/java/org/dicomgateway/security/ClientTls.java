package org.dicomgateway.security;

import java.util.Optional;

/**
 * TLS settings for associations and connections that the gateway opens.
 *
 * @param verifyHostName whether the certificate of the peer must match the name that the gateway connects to (RFC
 *     9525); without this check, any holder of a certificate from a trusted authority can pose as the destination
 * @param serverName the expected name, also sent as SNI, when it differs from the name that the gateway connects to
 */
public record ClientTls(TlsSettings tls, boolean verifyHostName, Optional<String> serverName) {}
