package org.dicomgateway.admin;

import com.github.benmanes.caffeine.cache.Ticker;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.util.JavalinException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.dicomgateway.config.AdminSettings;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolView;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The web server of the operators' interface: a few threads, small requests, no answer that anybody may keep. */
public final class AdminServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private static final int MAX_THREADS = 12;
    private static final int MIN_THREADS = 2;
    private static final int IDLE_MILLIS = 30_000;
    private static final long MAX_REQUEST_BYTES = 64 * 1024;

    private final AdminSettings settings;
    private final Observed observed = new Observed();
    private final LiveEvents live;
    private final Javalin server;

    /** Answers nothing before {@link #start}. */
    public AdminServer(AdminSettings settings, Controls controls, SpoolView spool) {
        this(settings, controls, spool, Witness.NOBODY, new TlsContexts(InstantSource.system()));
    }

    /** The same; {@code witness} sees what is done, {@code contexts} have the key material if TLS is wanted. */
    public AdminServer(
            AdminSettings settings, Controls controls, SpoolView spool, Witness witness, TlsContexts contexts) {
        this.settings = settings;
        Overview overview = new Overview(controls, spool, observed.traffic());
        this.live = new LiveEvents(overview, observed.recent());
        Gauges gauges = new Gauges(controls, spool, live, observed.metrics());
        List<Consumer<RoutesConfig>> apis = List.of(
                new AdminApi(controls, spool, overview)::register,
                new SetAsideApi(spool)::register,
                new SearchApi(controls, spool)::register,
                new LiveApi(observed.traffic(), observed.recent(), live, gauges)::register,
                new Dashboard()::register);
        Doorkeeper doorkeeper = new Doorkeeper(settings.users(), witness, Ticker.systemTicker());
        this.server = Javalin.create(config -> configure(config, apis, doorkeeper, contexts));
    }

    private void configure(
            JavalinConfig config, List<Consumer<RoutesConfig>> apis, Doorkeeper doorkeeper, TlsContexts contexts) {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, IDLE_MILLIS);
        threads.setName("admin");
        config.jetty.threadPool = threads;
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setIdleTimeout(IDLE_MILLIS);
        });
        config.http.maxRequestSize = MAX_REQUEST_BYTES;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        settings.tls()
                .ifPresent(tls -> config.jetty.addConnector((server, http) ->
                        Encryption.connector(server, http, settings.address(), tls, contexts.of(tls.tls()))));
        boolean encrypted = settings.tls().isPresent();
        config.routes.before(context -> {
            Guard.check(context, encrypted);
            context.header("Cache-Control", "no-store").header("X-Content-Type-Options", "nosniff");
        });
        config.routes.beforeMatched(doorkeeper::check);
        config.routes.after(doorkeeper::tell);
        apis.forEach(api -> api.accept(config.routes));
        config.routes.exception(HttpResponseException.class, (refused, context) -> {
            context.status(refused.getStatus());
            AdminApi.answer(context, new Answers.Failure(String.valueOf(refused.getMessage())));
        });
        config.routes.exception(SearchException.class, (failure, context) -> {
            context.status(HttpStatus.SERVICE_UNAVAILABLE);
            AdminApi.answer(context, new Answers.Failure(String.valueOf(failure.getMessage())));
        });
        config.routes.exception(IllegalArgumentException.class, (refused, context) -> {
            context.status(HttpStatus.BAD_REQUEST);
            AdminApi.answer(context, new Answers.Failure(String.valueOf(refused.getMessage())));
        });
        config.routes.exception(RuntimeException.class, (failure, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), failure);
            context.status(HttpStatus.INTERNAL_SERVER_ERROR);
            AdminApi.answer(context, new Answers.Failure(String.valueOf(failure.getMessage())));
        });
    }

    /**
     * Begins to answer.
     *
     * @throws IOException when its port cannot be had
     */
    public void start() throws IOException {
        InetSocketAddress address = settings.address();
        try {
            if (settings.tls().isPresent()) {
                server.start();
            } else {
                server.start(address.getAddress().getHostAddress(), address.getPort());
            }
        } catch (JavalinException e) {
            throw new IOException(
                    "the operators' interface cannot listen on " + address
                            + " (another gateway?): set gateway.admin.port in gateway.conf: " + e.getMessage(),
                    e);
        }
        live.start();
        LOG.info("operators' interface at {}:/{}", settings.tls().isPresent() ? "https" : "http", address());
    }

    /** Method and path of everything that is served, but the page's files. */
    List<String> endpoints() {
        return server.unsafe.internalRouter.allHttpHandlers().stream()
                .map(handler -> handler.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod() && !Dashboard.isFile(endpoint.path))
                .map(endpoint -> endpoint.method + " " + endpoint.path)
                .toList();
    }

    /** Where it listens, after {@link #start}. */
    public InetSocketAddress address() {
        return new InetSocketAddress(settings.address().getAddress(), server.port());
    }

    @Override
    public void close() {
        live.close();
        server.stop();
        observed.close();
    }
}
