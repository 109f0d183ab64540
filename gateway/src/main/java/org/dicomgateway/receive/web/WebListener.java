package org.dicomgateway.receive.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.wire.LogLimit;
import org.dicomgateway.http.Encryption;
import org.dicomgateway.http.WatchedConnector;
import org.dicomgateway.security.TlsContexts;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one port and serves STOW-RS (PS3.18 10.5) over HTTP/1.1. A request is answered with success only when all
 * of its instances are durable.
 */
public final class WebListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebListener.class);

    /** In addition to one for each request: they accept, move bytes, and refuse what is over the limit. */
    private static final int OTHER_THREADS = 24;

    private static final int MIN_THREADS = 4;
    private static final int IDLE_MILLIS = 30_000;

    /** The request line and all header fields together; a token alone can have some kilobytes. */
    private static final int MAX_HEADER_BYTES = 16 * ByteSize.KIB;

    /** What is read at once of a connection: with less, a thread is woken for each few kilobytes of a body. */
    private static final int READ_BUFFER = 32 * ByteSize.KIB;

    /** How long the threads have to end after their connections are closed. */
    private static final Duration END_OF_THREADS = Duration.ofSeconds(2);

    private static final long LOOK_MILLIS = 20;

    private final ListenerSettings settings;
    private final Server server;
    private final WatchedConnector connector;
    private final StowHandler handler;
    private volatile boolean stopping;

    /**
     * A listener that does not listen yet.
     *
     * @param policy decides on each request, as others do on associations
     * @param scp gets each instance
     * @param contexts has the keys, if TLS is configured
     */
    public WebListener(
            ListenerSettings settings,
            TlsContexts contexts,
            AssociationPolicy policy,
            CStoreScp scp,
            InstantSource clock) {
        this.settings = settings;
        AcceptorSettings acceptor = settings.acceptor();
        WebConnections connections = new WebConnections(acceptor, System::nanoTime);
        QueuedThreadPool threads =
                new QueuedThreadPool(acceptor.maxAssociations() + OTHER_THREADS, MIN_THREADS, IDLE_MILLIS);
        threads.setName("web-" + settings.name());
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setIdleTimeout(acceptor.readTimeout().toMillis());
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        // What is in front of the gateway may not take a line feed alone for the end of a line.
        http.setHttpCompliance(
                HttpCompliance.RFC7230.without("GATEWAY", HttpCompliance.Violation.LF_HEADER_TERMINATION));
        http.setUriCompliance(UriCompliance.DEFAULT);
        server = new Server(threads);
        connector = new WatchedConnector(
                server,
                acceptor.bind(),
                connections,
                acceptor.tls()
                        .map(tls -> Encryption.protocols(http, tls, contexts.of(tls.tls())))
                        .orElseGet(() -> List.of(new HttpConnectionFactory(http))));
        connector.getConnectionFactory(HttpConnectionFactory.class).setInputBufferSize(READ_BUFFER);
        connector.setIdleTimeout(acceptor.idleTimeout().toMillis());
        connector.addBean(new Handshakes(policy));
        handler = new StowHandler(
                settings, new Logins(settings.web().orElseThrow(), clock), policy, scp, connections, () -> stopping);
        server.addConnector(connector);
        server.setHandler(handler);
        server.setErrorHandler((request, response, callback) -> {
            // No page: it would repeat what the request said.
            callback.succeeded();
            return true;
        });
    }

    /**
     * Starts to listen.
     *
     * @throws IOException when its port is not available
     */
    public void start() throws IOException {
        try {
            server.start();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(
                    "listener " + settings.name() + " cannot listen on "
                            + Text.address(settings.acceptor().bind()) + ": " + e.getMessage()
                            + ". Stop the process that has the port, or set another one in gateway.conf",
                    e);
        }
        LOG.info(
                "STOW-RS at {}://{}/dicom-web/studies",
                settings.acceptor().tls().isPresent() ? "https" : "http",
                Text.address(address()));
    }

    /** The address on which it listens, after {@link #start}. */
    public InetSocketAddress address() {
        return new InetSocketAddress(settings.acceptor().bind().getAddress(), connector.getLocalPort());
    }

    /** The number of requests that are served. */
    public int openRequests() {
        return handler.open();
    }

    /**
     * Stops listening at once. The instances under way are finished and answered; then their requests end. What is not
     * finished after the grace period is cut off.
     */
    public void stop(Duration grace) {
        stopping = true;
        try {
            connector.close();
            try {
                awaitNoRequests(grace);
            } finally {
                server.setStopTimeout(0);
                server.stop();
            }
            awaitNoRequests(END_OF_THREADS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("listener {} did not stop in order", settings.name(), e);
        }
    }

    private void awaitNoRequests(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (handler.open() > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Stops without a grace period. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    /** Tells of handshakes that failed. */
    private static final class Handshakes implements SslHandshakeListener {

        private static final int MAX_REASON = 300;

        private final AssociationPolicy policy;
        private final LogLimit refusals = new LogLimit(LOG, System::nanoTime);

        private Handshakes(AssociationPolicy policy) {
            this.policy = policy;
        }

        @Override
        public void handshakeFailed(Event event, Throwable failure) {
            String host = event.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress peer
                    ? peer.getAddress().getHostAddress()
                    : "";
            String why = "TLS: " + Text.printable(String.valueOf(failure.getMessage()), MAX_REASON);
            boolean logged = refusals.info("{}: refused: {}", host, why);
            policy.notSecured(host, why);
            policy.refused(new RefusedPeer("", "", host, RefusedPeer.TLS, why), logged);
        }
    }
}
