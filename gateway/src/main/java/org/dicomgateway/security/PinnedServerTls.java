package org.dicomgateway.security;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS to a server of this same configuration. The server must show exactly the certificate in the configuration;
 * authorities and names are not checked. So a command reaches its own gateway at any address, and no other server can
 * pose as the gateway.
 */
public final class PinnedServerTls {

    private PinnedServerTls() {}

    /**
     * The TLS context for the server with these settings.
     *
     * @throws KeyMaterialException when the certificate cannot be read
     */
    public static SSLContext context(TlsSettings settings) throws KeyMaterialException {
        X509Certificate own = KeyMaterial.read(settings)
                .own()
                .orElseThrow(() -> new IllegalArgumentException("a server without a certificate"));
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Exactly(own)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /**
     * Uses the extended type, because Java would add its own name check to a plain trust manager. This one
     * certificate is the only check.
     */
    private static final class Exactly extends X509ExtendedTrustManager {

        private final X509Certificate expected;

        private Exactly(X509Certificate expected) {
            this.expected = expected;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0 || !chain[0].equals(expected)) {
                throw new CertificateException("not the certificate of this configuration");
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
