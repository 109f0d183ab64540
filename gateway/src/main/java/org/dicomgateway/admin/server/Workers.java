package org.dicomgateway.admin.server;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
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
 * Logins whose password must be compared have another, one after the other. A few threads serve everything else. Each
 * connection has one request at a time, so no queue is longer than the number of connections.
 */
final class Workers extends Handler.Wrapper {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private static final String HEALTH = "/health/";
    private static final int IDLE_SECONDS = 30;

    private final Connections connections;
    private final Authenticator authenticator;
    private final ErrorAnswers errors;
    private final ThreadPoolExecutor health = pool("admin-health", 1, new LinkedBlockingQueue<>());
    private final ThreadPoolExecutor logins = pool("admin-login", 1, new PriorityBlockingQueue<>());
    private final ThreadPoolExecutor others;
    private final AtomicLong arrivals = new AtomicLong();

    Workers(Connections connections, Authenticator authenticator, ErrorAnswers errors, int threads) {
        this.connections = connections;
        this.authenticator = authenticator;
        this.errors = errors;
        this.others = pool("admin", threads, new LinkedBlockingQueue<>());
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
        Runnable work = () -> answer(request, answer);
        try {
            if (Request.getPathInContext(request).startsWith(HEALTH)) {
                health.execute(work);
            } else {
                authenticator
                        .login(request.getHeaders().get(HttpHeader.AUTHORIZATION), Request.getRemoteAddr(request))
                        .ifPresentOrElse(
                                login -> logins.execute(new Examination(login, request, work)),
                                () -> others.execute(work));
            }
        } catch (RejectedExecutionException e) {
            errors.refuse(request, answer, answer, HttpStatus.SERVICE_UNAVAILABLE_503, "the gateway is stopping");
        }
        return true;
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
        logins.shutdownNow();
        others.shutdown();
        super.doStop();
    }

    /**
     * A password to compare. The source with fewer wrong passwords comes first, so that guessing delays only itself.
     */
    private final class Examination implements Runnable, Comparable<Examination> {

        private final Authenticator.Unknown login;
        private final Request request;
        private final Runnable work;
        private final int wrong;
        private final long arrival = arrivals.incrementAndGet();

        private Examination(Authenticator.Unknown login, Request request, Runnable work) {
            this.login = login;
            this.request = request;
            this.work = work;
            this.wrong = authenticator.wrongFrom(login.source());
        }

        @Override
        public void run() {
            try {
                request.setAttribute(Authenticator.EXAMINED, authenticator.examine(login));
            } finally {
                others.execute(work);
            }
        }

        @Override
        public int compareTo(Examination other) {
            int first = Integer.compare(wrong, other.wrong);
            return first != 0 ? first : Long.compare(arrival, other.arrival);
        }
    }
}
