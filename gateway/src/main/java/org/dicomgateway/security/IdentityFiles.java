package org.dicomgateway.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The files of the gateway's own certificate and its private key. */
public sealed interface IdentityFiles {

    /** The files to watch for a renewal. */
    List<Path> files();

    /** The file that holds the certificate. */
    Path certificate();

    /**
     * Two files in PEM (RFC 7468).
     *
     * @param certificate the gateway's own certificate, then the certificates that lead to its authority
     * @param key its private key: PKCS#8, encrypted or not, PKCS#1 or SEC 1
     * @param password the password of the key; empty when the key is not encrypted
     */
    record Pem(Path certificate, Path key, Optional<Secret> password) implements IdentityFiles {
        @Override
        public List<Path> files() {
            return List.of(certificate, key);
        }
    }

    /**
     * One file in PKCS#12 (RFC 7292) that contains one private key.
     *
     * @param certificate the file
     */
    record Pkcs12(Path certificate, Secret password) implements IdentityFiles {
        @Override
        public List<Path> files() {
            return List.of(certificate);
        }
    }
}
