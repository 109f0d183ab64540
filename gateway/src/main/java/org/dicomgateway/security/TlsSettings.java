package org.dicomgateway.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the gateway speaks TLS, whichever side begins.
 *
 * @param identity who it is; empty for a client that does not say
 * @param trust files of PEM with the certificates of the authorities it trusts; empty: those that this Java trusts
 * @param profile protocols and cipher suites
 */
public record TlsSettings(Optional<IdentityFiles> identity, List<Path> trust, TlsProfile profile) {

    /** Copies the list. */
    public TlsSettings {
        trust = List.copyOf(trust);
    }

    /** Every file, to be watched for a renewal. */
    List<Path> files() {
        return Stream.concat(identity.stream().flatMap(own -> own.files().stream()), trust.stream())
                .toList();
    }
}
