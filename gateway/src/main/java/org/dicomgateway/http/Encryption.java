package org.dicomgateway.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.TlsContext;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** TLS for the web server, with the keys that are in force when a connection opens. */
public final class Encryption {

    private Encryption() {}

    /** The protocols of a port that speaks TLS only. */
    public static List<ConnectionFactory> protocols(HttpConfiguration http, ServerTls tls, TlsContext context) {
        // No check of the requested host: a foreign page under our name would not have our certificate, and that keeps
        // it out.
        http.addCustomizer(new SecureRequestCustomizer(false));
        return List.of(
                new SslConnectionFactory(new Engines(tls, context), HttpVersion.HTTP_1_1.asString()),
                new HttpConnectionFactory(http));
    }

    /** Uses the gateway's TLS context: a context of its own would never see a renewed certificate. */
    private static final class Engines extends SslContextFactory.Server {

        private final ServerTls tls;
        private final TlsContext context;

        private Engines(ServerTls tls, TlsContext context) {
            this.tls = tls;
            this.context = context;
            try {
                // Jetty requires one at the start. It is never used: it has no key.
                setSslContext(SSLContext.getDefault());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this Java has no TLS", e);
            }
        }

        @Override
        public SSLEngine newSSLEngine() {
            try {
                return context.engine(tls.clients());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public SSLEngine newSSLEngine(String host, int port) {
            return newSSLEngine();
        }

        @Override
        public SSLEngine newSSLEngine(InetSocketAddress address) {
            return newSSLEngine();
        }
    }
}
