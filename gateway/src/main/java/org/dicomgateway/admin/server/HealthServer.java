package org.dicomgateway.admin.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.http.WatchedConnector;
import org.dicomgateway.process.EndOfProcess;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port for probes: whether the process lives, and whether traffic should come here. In the clear and for everybody,
 * so it says yes or no and never why. It has threads of its own: probes get an answer whatever operators do.
 */
public final class HealthServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);

    private static final String LIVE = "/health/live";
    private static final String READY = "/health/ready";

    private static final int THREADS = 4;
    private static final int MIN_THREADS = 1;
    private static final int IDLE_MILLIS = 30_000;
    private static final int MAX_HEADER_BYTES = 4 * ByteSize.KIB;

    private final InetSocketAddress address;
    private final Server server;
    private final WatchedConnector connector;

    /** Creates a server that answers nothing before {@link #start}. Only the connections of {@code limits} count. */
    public HealthServer(InetSocketAddress address, Controls controls, HttpLimits limits) {
        this.address = address;
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, MIN_THREADS, IDLE_MILLIS);
        threads.setName("health-net");
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setIdleTimeout(IDLE_MILLIS);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        Connections connections = new Connections(limits, System::nanoTime);
        ErrorAnswers errors = new ErrorAnswers(false);
        this.server = new Server(threads);
        this.connector = new WatchedConnector(server, address, connections, List.of(new HttpConnectionFactory(http)));
        server.addConnector(connector);
        server.setErrorHandler(errors);
        server.setHandler(new Probes(controls, connections, errors));
    }

    /**
     * Starts to answer.
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
                    "probes cannot be answered at " + Text.address(address)
                            + " (another gateway?): set gateway.admin.health.port in gateway.conf: " + e.getMessage(),
                    e);
        }
        LOG.info("probes are answered at http://{}{}", Text.address(address()), READY);
    }

    /** The address where it listens, after {@link #start}. */
    public InetSocketAddress address() {
        return new InetSocketAddress(address.getAddress(), connector.getLocalPort());
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the port for probes did not close in order", e);
        }
    }

    private static final class Probes extends Handler.Abstract {

        private final Controls controls;
        private final Connections connections;
        private final ErrorAnswers errors;

        private Probes(Controls controls, Connections connections, ErrorAnswers errors) {
            this.controls = controls;
            this.connections = connections;
            this.errors = errors;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            try {
                answer(request, new WholeAnswer(request, response, callback, connections));
            } catch (Error e) {
                // The web server would only answer 500 and go on.
                EndOfProcess.uncaught(e);
                throw e;
            }
            return true;
        }

        private void answer(Request request, WholeAnswer answer) {
            Optional<Boolean> well = switch (Request.getPathInContext(request)) {
                case LIVE -> Optional.of(true);
                case READY -> Optional.of(controls.process().notReadyBecause().isEmpty());
                default -> Optional.empty();
            };
            boolean head = HttpMethod.HEAD.is(request.getMethod());
            if (well.isEmpty()) {
                errors.refuse(request, answer, answer, HttpStatus.NOT_FOUND_404, "not found");
            } else if (!head && !HttpMethod.GET.is(request.getMethod())) {
                errors.refuse(request, answer, answer, HttpStatus.METHOD_NOT_ALLOWED_405, "only GET and HEAD");
            } else {
                errors.addHeaders(answer.getHeaders());
                answer.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                answer.setStatus(well.get() ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503);
                byte[] body = Json.bytes(new Answers.Probe(well.get()));
                answer.write(true, head ? null : ByteBuffer.wrap(body), answer);
            }
        }
    }
}
