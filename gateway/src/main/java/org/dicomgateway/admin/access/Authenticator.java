package org.dicomgateway.admin.access;

import static java.util.stream.Collectors.toMap;

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
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.config.settings.AdminUser;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.security.Credentials;
import org.dicomgateway.security.PasswordGate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out who calls, and whether they may. Without users it asks for no credentials: then the interface is reachable
 * from this machine only, and a user with a shell on it could read the spool's files or stop the process anyway.
 *
 * <p>Passwords are slow to compare: {@code Workers} has one thread do that before a request goes on, so guessing costs
 * at most one core ({@link PasswordGate}). Nothing is kept in the browser or program that calls: no session, no cookie.
 */
public final class Authenticator {

    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

    /** Attribute of a request whose password was compared. */
    public static final String EXAMINED = Authenticator.class.getName() + ".examined";

    private static final int MAX_NAME = 64;

    /** For wrong tokens, which are counted as somebody's, too. */
    private static final String NOBODY = "";

    private final List<AdminUser> users;
    private final AuditListener auditListener;
    private final PasswordGate passwords;

    /** A login whose password has to be compared, and where it comes from. */
    public record Unknown(Credentials.Basic basic, InetAddress source) {}

    public Authenticator(List<AdminUser> users, AuditListener auditListener, Ticker clock) {
        this.users = List.copyOf(users);
        this.auditListener = auditListener;
        this.passwords = new PasswordGate(
                users.stream()
                        .filter(user -> user.password().isPresent())
                        .collect(toMap(AdminUser::name, user -> user.password().get())),
                clock);
    }

    /**
     * Finds out who calls.
     *
     * @throws HttpResponseException when the caller of a route is not known, or may not
     */
    public void check(Context request) {
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

    /** Tells the listener of a change that was asked for, once it is answered. */
    public void tell(Context request) {
        if (!Access.changesNothing(request.method())) {
            Caller.of(request)
                    .ifPresent(caller -> auditListener.acted(
                            caller, printable(request.path()), Json.text(request), request.statusCode()));
        }
    }

    private AdminUser identify(Context request) {
        String header = request.header("Authorization");
        if (header == null) {
            throw unauthorized(request, "credentials are required");
        }
        Credentials login =
                Credentials.parse(header).orElseThrow(() -> unauthorized(request, "Basic or Bearer is required"));
        return recognized(login, sourceOf(request.ip())).orElseThrow(() -> refused(request, login));
    }

    /** What costs next to nothing to find out, and therefore goes on while a source waits. */
    private Optional<AdminUser> recognized(Credentials login, InetAddress source) {
        if (login instanceof Credentials.Bearer bearer) {
            return users.stream()
                    .filter(user -> user.token()
                            .filter(hash -> hash.matches(bearer.token()))
                            .isPresent())
                    .findFirst();
        }
        Credentials.Basic basic = (Credentials.Basic) login;
        return passwords.knows(source, basic.user(), basic.password()) ? named(basic.user()) : Optional.empty();
    }

    private Optional<AdminUser> named(String name) {
        return users.stream().filter(user -> user.name().equals(name)).findFirst();
    }

    /** The login of a request whose password must be compared first; empty: none must. */
    public Optional<Unknown> login(@Nullable String authorization, String remoteAddress) {
        if (users.isEmpty() || authorization == null) {
            return Optional.empty();
        }
        InetAddress source = sourceOf(remoteAddress);
        return Credentials.parse(authorization)
                .filter(Credentials.Basic.class::isInstance)
                .map(Credentials.Basic.class::cast)
                .filter(basic -> recognized(basic, source).isEmpty())
                .filter(basic -> passwords.closedFor(source, basic.user()).isZero())
                .map(basic -> new Unknown(basic, source));
    }

    /** How often such an address was wrong lately. */
    public int wrongFrom(InetAddress source) {
        return passwords.wrongFrom(source);
    }

    /** Compares a password, if that was not done meanwhile. Answers whether it was compared. */
    public boolean examine(Unknown login) {
        Credentials.Basic basic = login.basic();
        if (recognized(basic, login.source()).isPresent()) {
            return true;
        }
        if (!passwords.closedFor(login.source(), basic.user()).isZero()) {
            return false;
        }
        if (!passwords.isRight(login.source(), basic.user(), basic.password())) {
            String name = printable(basic.user());
            String address = login.source().getHostAddress();
            LOG.warn("wrong credentials from {}: user {}", address, name);
            auditListener.refused(name, address, "wrong credentials");
        }
        return true;
    }

    private HttpResponseException refused(Context request, Credentials login) {
        InetAddress source = sourceOf(request.ip());
        if (login instanceof Credentials.Basic basic) {
            return Boolean.TRUE.equals(request.attribute(EXAMINED))
                    ? unauthorized(request, "wrong credentials")
                    : tooMany(request, passwords.closedFor(source, basic.user()));
        }
        Duration wait = passwords.closedFor(source, NOBODY);
        if (!wait.isZero()) {
            return tooMany(request, wait);
        }
        passwords.wrong(source, NOBODY);
        LOG.warn("wrong credentials from {}: a token", request.ip());
        auditListener.refused("", request.ip(), "wrong credentials");
        return unauthorized(request, "wrong credentials");
    }

    private static InetAddress sourceOf(String address) {
        try {
            return InetAddress.getByName(address);
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
