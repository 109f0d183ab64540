package org.dicomgateway.admin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.UnauthorizedResponse;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.dicomgateway.config.AdminUser;
import org.dicomgateway.config.AdminUser.Role;
import org.dicomgateway.dicom.Text;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TokenHash;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks who calls, and whether he may. Without users nobody is asked: then only this machine reaches the interface, and
 * whoever has a shell on it could read the spool's files or stop the process anyway.
 *
 * <p>Passwords are dear to compare, so one comparison runs at a time, who was wrong waits (see {@link Guesses}), and a
 * password that was right is known again for some minutes by its digest, in memory alone. Nothing is kept with the
 * browser or program that calls: no session, no cookie.
 */
final class Doorkeeper {

    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);

    private static final Duration KNOWN_FOR = Duration.ofMinutes(5);
    private static final int MAX_KNOWN = 1000;
    private static final int MAX_NAME = 64;

    /** Compared when there is no such user, so that the time an answer takes does not tell who exists. Made when first needed. */
    private static final class Nobody {
        private static final PasswordHash PASSWORD = PasswordHash.make(new Secret("nobody"));
    }

    private final List<AdminUser> users;
    private final Witness witness;
    private final Guesses guesses;
    private final Semaphore comparing = new Semaphore(1);
    private final Cache<Known, AdminUser> known;

    /** A password that was right: whose, and its digest under a name that no other user can have. */
    private record Known(String user, TokenHash password) {}

    Doorkeeper(List<AdminUser> users, Witness witness, Ticker clock) {
        this.users = List.copyOf(users);
        this.witness = witness;
        this.guesses = new Guesses(clock);
        this.known = Caffeine.newBuilder()
                .expireAfterWrite(KNOWN_FOR)
                .maximumSize(MAX_KNOWN)
                .ticker(clock)
                .build();
    }

    /** @throws HttpResponseException when the caller of a route is not known, or may not */
    void check(Context request) {
        Access access = Access.of(request);
        if (users.isEmpty()) {
            new Caller("", Role.OPERATOR, request.ip()).attachTo(request);
        } else if (access != Access.ANYBODY) {
            AdminUser user = identify(request);
            new Caller(user.name(), user.role(), request.ip()).attachTo(request);
            if (!access.allows(user.role())) {
                LOG.warn(
                        "{} of {} is a viewer, and may not {} {}",
                        user.name(),
                        request.ip(),
                        request.method(),
                        printable(request.path()));
                throw new ForbiddenResponse(user.name() + " may look, and change nothing");
            }
        }
    }

    /** Tells the witness of a change that was asked for, once it is answered. */
    void tell(Context request) {
        if (!Access.changesNothing(request.method())) {
            Caller.of(request)
                    .ifPresent(caller ->
                            witness.acted(caller, printable(request.path()), request.body(), request.statusCode()));
        }
    }

    private AdminUser identify(Context request) {
        String header = request.header("Authorization");
        if (header == null) {
            throw unauthorized(request, "credentials are required");
        }
        Login login = Login.parse(header).orElseThrow(() -> unauthorized(request, "Basic or Bearer is required"));
        return recognized(login).orElseGet(() -> examined(request, login));
    }

    /** What costs next to nothing to find out, and therefore goes on while a source waits. */
    private Optional<AdminUser> recognized(Login login) {
        if (login instanceof Login.Bearer bearer) {
            return users.stream()
                    .filter(user -> user.token()
                            .filter(hash -> hash.matches(bearer.token()))
                            .isPresent())
                    .findFirst();
        }
        return Optional.ofNullable(known.getIfPresent(keyOf((Login.Basic) login)));
    }

    private AdminUser examined(Context request, Login login) {
        InetAddress source = sourceOf(request);
        Duration wait = guesses.closedFor(source);
        if (!wait.isZero() || !comparing.tryAcquire()) {
            throw tooMany(request, wait);
        }
        try {
            Optional<AdminUser> user = login instanceof Login.Basic basic ? compare(basic) : Optional.empty();
            if (user.isPresent()) {
                guesses.right(source);
                return user.get();
            }
        } finally {
            comparing.release();
        }
        guesses.wrong(source);
        String who = login instanceof Login.Basic basic ? "user " + printable(basic.user()) : "a token";
        LOG.warn("wrong credentials from {}: {}", request.ip(), who);
        witness.refused(
                login instanceof Login.Basic basic ? printable(basic.user()) : "", request.ip(), "wrong credentials");
        throw unauthorized(request, "wrong credentials");
    }

    private Optional<AdminUser> compare(Login.Basic login) {
        Optional<AdminUser> user = users.stream()
                .filter(each ->
                        each.name().equals(login.user()) && each.password().isPresent())
                .findFirst();
        boolean right = user.flatMap(AdminUser::password)
                .orElseGet(() -> Nobody.PASSWORD)
                .matches(new Secret(login.password()));
        if (!right || user.isEmpty()) {
            return Optional.empty();
        }
        known.put(keyOf(login), user.get());
        return user;
    }

    private static Known keyOf(Login.Basic login) {
        return new Known(login.user(), TokenHash.of(login.user() + '\0' + login.password()));
    }

    private static InetAddress sourceOf(Context request) {
        try {
            return InetAddress.getByName(request.ip());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of a connection is none", e);
        }
    }

    private static HttpResponseException unauthorized(Context request, String why) {
        request.header("WWW-Authenticate", "Basic realm=\"DICOM Gateway\", charset=\"UTF-8\"");
        return new UnauthorizedResponse(why);
    }

    private static HttpResponseException tooMany(Context request, Duration wait) {
        long seconds = Math.max(1, wait.toSeconds() + 1);
        request.header("Retry-After", Long.toString(seconds));
        return new HttpResponseException(
                HttpStatus.TOO_MANY_REQUESTS.getCode(), "too many wrong credentials; try again in " + seconds + " s");
    }

    private static String printable(String text) {
        return Text.printable(text, MAX_NAME);
    }
}
