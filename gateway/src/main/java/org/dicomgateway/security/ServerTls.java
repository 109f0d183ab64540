package org.dicomgateway.security;

/** How the gateway speaks TLS to those who call it. */
public record ServerTls(TlsSettings tls, ClientAuthentication clients) {

    /** Whether who calls must show a certificate. One that is shown must always be good. */
    public enum ClientAuthentication {
        /** It must. */
        REQUIRED,
        /** It may. */
        OPTIONAL,
        /** It is not asked for one. */
        NONE
    }
}
