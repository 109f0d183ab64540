package org.dicomgateway.security;

/** TLS settings for connections that the gateway accepts. */
public record ServerTls(TlsSettings tls, ClientAuthentication clients) {

    /** Whether a client must show a certificate. A certificate that is shown must always be valid. */
    public enum ClientAuthentication {
        /** The client must show one. */
        REQUIRED,
        /** The client may show one. */
        OPTIONAL,
        /** The gateway does not ask for one. */
        NONE
    }
}
