package org.dicomgateway.admin.server;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.admin.access.Authenticator;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each request to a thread. Health has its own thread, so that a supervisor gets an answer whatever operators do.
 * Logins whose password must be compared have another, one after the other ({@link WaitingLogins}). A few threads serve
 * everything else. No queue is as long as there may be connections: a request that would wait behind too many others
 * gets 503 or 429 at once.
 */
final class Workers extends Handler.Wrapper {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private static final String HEALTH = "/health/";
    private static final int IDLE_SECONDS = 30;

    /** Fewer than there may be connections, so that one of them can always be closed for a new one. */
    private static final int MAX_WAITING = 80;

    private final Connections connections;
    private final Authenticator authenticator;
    private final ErrorAnswers errors;
    private final ThreadPoolExecutor health = pool("admin-health", 1, new LinkedBlockingQueue<>());
    private final ThreadPoolExecutor examiner = pool("admin-login", 1, new LinkedBlockingQueue<>());
    private final ThreadPoolExecutor others;
    private final WaitingLogins logins;

    Workers(Connections connections, Authenticator authenticator, ErrorAnswers errors, int threads) {
        this.connections = connections;
        this.authenticator = authenticator;
        this.errors = errors;
        this.others = pool("admin", threads, new LinkedBlockingQueue<>(MAX_WAITING));
        this.logins = new WaitingLogins(authenticator::wrongFrom);
    }

    private static ThreadPoolExecutor pool(String name, int threads, BlockingQueue<Runnable> queue) {
        AtomicLong number = new AtomicLong();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, queue, work -> {
                    Thread thread = new Thread(work, threads == 1 ? name : name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        WholeAnswer answer = new WholeAnswer(request, response, callback, connections);
        if (Request.getPathInContext(request).startsWith(HEALTH)) {
            execute(health, () -> answer(request, answer), request, answer);
        } else {
            authenticator
                    .login(request.getHeaders().get(HttpHeader.AUTHORIZATION), Request.getRemoteAddr(request))
                    .ifPresentOrElse(
                            login -> examine(new WaitingLogins.Login(login, request, answer)),
                            () -> work(request, answer));
        }
        return true;
    }

    private void examine(WaitingLogins.Login login) {
        Optional<WaitingLogins.Login> surplus = logins.add(login);
        if (surplus.isPresent()) {
            WaitingLogins.Login refused = surplus.get();
            refused.answer().getHeaders().put(HttpHeader.RETRY_AFTER, 1);
            errors.refuse(
                    refused.request(),
                    refused.answer(),
                    refused.answer(),
                    HttpStatus.TOO_MANY_REQUESTS_429,
                    "too many logins are waiting; try again in 1 s");
        } else {
            execute(examiner, this::examineNext, login.request(), login.answer());
        }
    }

    private void work(Request request, WholeAnswer answer) {
        execute(others, () -> answer(request, answer), request, answer);
    }

    private void execute(ThreadPoolExecutor pool, Runnable work, Request request, WholeAnswer answer) {
        try {
            pool.execute(work);
        } catch (RejectedExecutionException e) {
            String why = pool.isShutdown() ? "the gateway is stopping" : "too many requests are waiting; try again";
            errors.refuse(request, answer, answer, HttpStatus.SERVICE_UNAVAILABLE_503, why);
        }
    }

    private void answer(Request request, WholeAnswer answer) {
        try {
            if (!getHandler().handle(request, answer, answer)) {
                errors.refuse(request, answer, answer, HttpStatus.NOT_FOUND_404, "not found");
            }
        } catch (Exception e) {
            LOG.error("{} failed", request.getMethod(), e);
            errors.refuse(
                    request, answer, answer, HttpStatus.INTERNAL_SERVER_ERROR_500, "failed; see the gateway's log");
        }
    }

    @Override
    protected void doStop() throws Exception {
        health.shutdown();
        examiner.shutdownNow();
        others.shutdown();
        super.doStop();
    }

    private void examineNext() {
        logins.next().ifPresent(login -> {
            try {
                login.request().setAttribute(Authenticator.EXAMINED, authenticator.examine(login.unknown()));
            } finally {
                work(login.request(), login.answer());
            }
        });
    }
}
