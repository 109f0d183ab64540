package org.dicomgateway.admin.server;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.dicomgateway.admin.access.Authenticator;
import org.dicomgateway.security.PasswordGate;
import org.eclipse.jetty.server.Request;

/**
 * Logins that wait until their password is compared. The next is of the source that was wrong least often, so that
 * guessing delays only itself. A source has at most {@value #MAX_OF_ONE} here, and all sources together at most {@value
 * #MAX}: then the newest login of the source that has most must go. For any number of threads.
 */
final class WaitingLogins {

    static final int MAX_OF_ONE = 40;
    /** With the requests that wait for {@link Workers}, still fewer than there may be connections. */
    static final int MAX = 80;

    /** One of them, with its request. */
    record Login(Authenticator.Unknown unknown, Request request, WholeAnswer answer) {

        private String source() {
            return PasswordGate.networkOf(unknown.source());
        }
    }

    private final ToIntFunction<InetAddress> wrongFrom;

    /** The oldest first. */
    private final List<Login> waiting = new ArrayList<>();

    /** With a function that says how often a source was wrong lately. */
    WaitingLogins(ToIntFunction<InetAddress> wrongFrom) {
        this.wrongFrom = wrongFrom;
    }

    /** Adds one. Returns the one that must be refused for want of room, which may be the same; empty: none. */
    synchronized Optional<Login> add(Login login) {
        Map<String, Long> bySource =
                waiting.stream().collect(Collectors.groupingBy(Login::source, Collectors.counting()));
        if (bySource.getOrDefault(login.source(), 0L) >= MAX_OF_ONE) {
            return Optional.of(login);
        }
        waiting.add(login);
        if (waiting.size() <= MAX) {
            return Optional.empty();
        }
        bySource.merge(login.source(), 1L, Long::sum);
        long most = bySource.values().stream().mapToLong(count -> count).max().orElse(0);
        for (int i = waiting.size() - 1; i > 0; i--) {
            if (bySource.getOrDefault(waiting.get(i).source(), 0L) == most) {
                return Optional.of(waiting.remove(i));
            }
        }
        return Optional.of(waiting.remove(0));
    }

    /** The next one to compare, which waits no more; empty: none waits. */
    synchronized Optional<Login> next() {
        Optional<Login> next = waiting.stream()
                .min(Comparator.comparingInt(
                        login -> wrongFrom.applyAsInt(login.unknown().source())));
        next.ifPresent(waiting::remove);
        return next;
    }
}
