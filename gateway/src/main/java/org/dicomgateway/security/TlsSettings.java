package org.dicomgateway.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * TLS settings that are the same for accepted and opened connections.
 *
 * @param identity the gateway's own certificate and key; empty for a client without a certificate
 * @param trust PEM files with the certificates of trusted authorities; empty: the authorities that this Java trusts
 * @param profile protocols and cipher suites
 */
public record TlsSettings(Optional<IdentityFiles> identity, List<Path> trust, TlsProfile profile) {

    /** Copies the list. */
    public TlsSettings {
        trust = List.copyOf(trust);
    }

    /** Every file, to watch for a renewal. */
    List<Path> files() {
        return Stream.concat(identity.stream().flatMap(own -> own.files().stream()), trust.stream())
                .toList();
    }
}
