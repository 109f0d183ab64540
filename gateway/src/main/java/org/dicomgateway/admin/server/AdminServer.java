package org.dicomgateway.admin.server;

import com.github.benmanes.caffeine.cache.Ticker;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.util.JavalinException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.access.Authenticator;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.http.Encryption;
import org.dicomgateway.http.WatchedConnector;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.process.EndOfProcess;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolView;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The web server of the operators' interface: few threads, small requests, answers that must not be stored. */
public final class AdminServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /** These threads move bytes and never wait for a caller. The threads of {@link Workers} answer. */
    private static final int NETWORK_THREADS = 8;

    private static final int MIN_THREADS = 2;
    private static final int IDLE_MILLIS = 30_000;

    /** Limit for the request line and all header fields together. */
    private static final int MAX_HEADER_BYTES = 8 * ByteSize.KIB;

    private final AdminSettings settings;
    private final LiveEvents live;
    private final Javalin server;

    /**
     * Creates a server. It answers nothing before {@link #start}.
     *
     * @param auditListener gets all actions
     * @param contexts has the keys, if TLS is configured
     */
    public AdminServer(
            AdminSettings settings,
            Controls controls,
            SpoolView spool,
            Telemetry telemetry,
            AuditListener auditListener,
            TlsContexts contexts,
            HttpLimits limits) {
        this.settings = settings;
        Overview overview = new Overview(controls, spool, telemetry.traffic());
        this.live = new LiveEvents(overview, telemetry.recent());
        Gauges gauges = new Gauges(controls, spool, live, telemetry.metrics());
        ClusterApi cluster = new ClusterApi(controls);
        List<Consumer<RoutesConfig>> apis = List.of(
                new AdminApi(controls, spool, overview, cluster)::register,
                cluster::register,
                new SetAsideApi(spool)::register,
                new SearchApi(controls, spool)::register,
                new LiveApi(telemetry.traffic(), telemetry.recent(), live, gauges)::register,
                new Dashboard()::register);
        Authenticator authenticator = new Authenticator(settings.users(), auditListener, Ticker.systemTicker());
        this.server = Javalin.create(config -> configure(config, apis, authenticator, contexts, limits));
    }

    private void configure(
            JavalinConfig config,
            List<Consumer<RoutesConfig>> apis,
            Authenticator authenticator,
            TlsContexts contexts,
            HttpLimits limits) {
        boolean encrypted = settings.tls().isPresent();
        Connections connections = new Connections(limits, System::nanoTime);
        ErrorAnswers errors = new ErrorAnswers(encrypted);
        QueuedThreadPool threads = new QueuedThreadPool(NETWORK_THREADS, MIN_THREADS, IDLE_MILLIS);
        threads.setName("admin-net");
        config.jetty.threadPool = threads;
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setIdleTimeout(IDLE_MILLIS);
            http.setRequestHeaderSize(MAX_HEADER_BYTES);
            http.setUriCompliance(UriCompliance.DEFAULT);
        });
        config.jetty.modifyServer(jetty -> {
            jetty.setErrorHandler(errors);
            jetty.setHandler(new RequestFilter(
                    encrypted, limits, errors, new Workers(connections, authenticator, errors, limits.threads())));
        });
        config.jetty.modifyServletContextHandler(servlets -> servlets.setErrorHandler(errors));
        config.jetty.addConnector((jetty, http) -> new WatchedConnector(
                jetty,
                settings.address(),
                connections,
                settings.tls()
                        .map(tls -> Encryption.protocols(http, tls, contexts.of(tls.tls())))
                        .orElseGet(() -> List.of(new HttpConnectionFactory(http)))));
        config.http.maxRequestSize = limits.requestBytes();
        // Javalin would only log the error and continue.
        config.router.javaLangErrorHandler((response, error) -> {
            response.setStatus(HttpStatus.INTERNAL_SERVER_ERROR.getCode());
            EndOfProcess.uncaught(error);
        });
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.routes.beforeMatched(authenticator::check);
        config.routes.after(authenticator::tell);
        apis.forEach(api -> api.accept(config.routes));
        config.routes.exception(
                HttpResponseException.class, (refused, context) -> fail(context, refused.getStatus(), refused));
        config.routes.exception(
                SearchException.class,
                (failure, context) -> fail(context, HttpStatus.SERVICE_UNAVAILABLE.getCode(), failure));
        config.routes.exception(
                IllegalArgumentException.class,
                (refused, context) -> fail(context, HttpStatus.BAD_REQUEST.getCode(), refused));
        config.routes.exception(RuntimeException.class, (failure, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), failure);
            fail(context, HttpStatus.INTERNAL_SERVER_ERROR.getCode(), failure);
        });
    }

    private static void fail(Context context, int status, Exception why) {
        context.status(status);
        AdminApi.answer(context, new Answers.Failure(String.valueOf(why.getMessage())));
    }

    /**
     * Starts to answer.
     *
     * @throws IOException when its port is not available
     */
    public void start() throws IOException {
        InetSocketAddress address = settings.address();
        try {
            server.start();
        } catch (JavalinException e) {
            throw new IOException(
                    "the operators' interface cannot listen on " + address
                            + " (another gateway?): set gateway.admin.port in gateway.conf: " + e.getMessage(),
                    e);
        }
        live.start();
        LOG.info("operators' interface at {}:/{}", settings.tls().isPresent() ? "https" : "http", address());
    }

    /** Method and path of everything that is served, except the files of the page. */
    public List<String> endpoints() {
        return server.unsafe.internalRouter.allHttpHandlers().stream()
                .map(handler -> handler.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod() && !Dashboard.isFile(endpoint.path))
                .map(endpoint -> endpoint.method + " " + endpoint.path)
                .toList();
    }

    /** The thread that sends live events. */
    public LongLived thread() {
        return live.thread();
    }

    /** The address where it listens, after {@link #start}. */
    public InetSocketAddress address() {
        return new InetSocketAddress(settings.address().getAddress(), server.port());
    }

    @Override
    public void close() {
        live.close();
        server.stop();
    }
}
