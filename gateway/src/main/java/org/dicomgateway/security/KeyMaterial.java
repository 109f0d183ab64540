package org.dicomgateway.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The content of the files of {@link TlsSettings} when they were read. It is checked: the key belongs to the
 * certificate, and there is at least one trusted authority.
 *
 * @param context the TLS context made from the files
 * @param own the gateway's certificate, if there is one
 */
record KeyMaterial(SSLContext context, Optional<X509Certificate> own) {

    private static final char[] IN_MEMORY = new char[0];
    private static final String ALIAS = "own";

    /** Reads the files. */
    static KeyMaterial read(TlsSettings settings) throws KeyMaterialException {
        try {
            KeyStore store = emptyStore();
            Optional<X509Certificate> own = Optional.empty();
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            if (settings.identity().isPresent()) {
                own = Optional.of(addIdentity(settings.identity().get(), store));
            }
            keys.init(store, IN_MEMORY);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted(settings.trust()));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return new KeyMaterial(context, own);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    private static X509Certificate addIdentity(IdentityFiles identity, KeyStore store)
            throws KeyMaterialException, GeneralSecurityException {
        List<X509Certificate> chain;
        PrivateKey key;
        if (identity instanceof IdentityFiles.Pem pem) {
            chain = certificates(pem.certificate());
            key = PemKey.read(pem.key(), pem.password());
        } else if (identity instanceof IdentityFiles.Pkcs12 file) {
            KeyStore.PrivateKeyEntry entry = entry(file);
            chain = new ArrayList<>();
            for (Certificate certificate : entry.getCertificateChain()) {
                chain.add((X509Certificate) certificate);
            }
            key = entry.getPrivateKey();
        } else {
            throw new IllegalStateException("an identity of another kind: " + identity.getClass());
        }
        if (!belongTogether(chain.get(0), key)) {
            throw new KeyMaterialException(
                    identity.certificate(), "its first certificate does not belong to the private key", null);
        }
        store.setKeyEntry(ALIAS, key, IN_MEMORY, chain.toArray(Certificate[]::new));
        return chain.get(0);
    }

    /** Checks by trial: the key signs, and the certificate verifies the signature. */
    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        byte[] text = {1, 2, 3, 4, 5, 6, 7, 8};
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(text);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static KeyStore.PrivateKeyEntry entry(IdentityFiles.Pkcs12 file) throws KeyMaterialException {
        char[] password = file.password().value().toCharArray();
        try (InputStream in = Files.newInputStream(file.certificate())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password);
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    KeyStore.ProtectionParameter protection = new KeyStore.PasswordProtection(password);
                    return (KeyStore.PrivateKeyEntry) store.getEntry(alias, protection);
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new KeyMaterialException(
                    file.certificate(),
                    Files.isReadable(file.certificate())
                            ? "is not a PKCS#12 file, or the password is wrong"
                            : "cannot be read" + (e instanceof IOException io ? " (" + FileTrouble.of(io) + ")" : ""),
                    e);
        }
        throw new KeyMaterialException(file.certificate(), "contains no private key", null);
    }

    private static @Nullable KeyStore trusted(List<Path> files) throws KeyMaterialException, GeneralSecurityException {
        if (files.isEmpty()) {
            return null;
        }
        KeyStore store = emptyStore();
        for (Path file : files) {
            for (X509Certificate certificate : certificates(file)) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
        }
        return store;
    }

    private static List<X509Certificate> certificates(Path file) throws KeyMaterialException {
        List<X509Certificate> found = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                found.add((X509Certificate) certificate);
            }
        } catch (IOException e) {
            throw new KeyMaterialException(file, "cannot be read (" + FileTrouble.of(e) + ")", e);
        } catch (CertificateException e) {
            throw new KeyMaterialException(file, "contains data that is not a certificate in PEM", e);
        }
        if (found.isEmpty()) {
            throw new KeyMaterialException(file, "contains no certificate in PEM", null);
        }
        return found;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new IllegalStateException("an empty store is read from nothing", e);
        }
    }
}
