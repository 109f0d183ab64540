package org.dicomgateway.security;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the certificate lies by which the gateway says who it is, and its private key. */
public sealed interface IdentityFiles {

    /** The files, to be watched for a renewal. */
    List<Path> files();

    /** The file that holds the certificate. */
    Path certificate();

    /**
     * Two files of PEM (RFC 7468).
     *
     * @param certificate our own certificate, then those that lead to its authority
     * @param key its private key: PKCS#8, encrypted or not, PKCS#1 or SEC 1
     * @param password of the key; empty when it is not encrypted
     */
    record Pem(Path certificate, Path key, Optional<Secret> password) implements IdentityFiles {
        @Override
        public List<Path> files() {
            return List.of(certificate, key);
        }
    }

    /**
     * One file of PKCS#12 (RFC 7292), with one private key in it.
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
