package org.dicomgateway.admin.server;

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

/** TLS for the web server, with the key material that is in force at each connection. */
final class Encryption {

    private Encryption() {}

    /** Speaks TLS, and nothing else. */
    static List<ConnectionFactory> protocols(HttpConfiguration http, ServerTls tls, TlsContext context) {
        // Which host was asked for is not what keeps pages out here: a page that calls itself ours has no such
        // certificate.
        http.addCustomizer(new SecureRequestCustomizer(false));
        return List.of(
                new SslConnectionFactory(new Engines(tls, context), HttpVersion.HTTP_1_1.asString()),
                new HttpConnectionFactory(http));
    }

    /** Makes no context of its own, which would never see a renewed certificate. */
    private static final class Engines extends SslContextFactory.Server {

        private final ServerTls tls;
        private final TlsContext context;

        private Engines(ServerTls tls, TlsContext context) {
            this.tls = tls;
            this.context = context;
            try {
                // Asked for at the start, and never used: it has no key.
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
