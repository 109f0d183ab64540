package org.dicomgateway.receive;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toUnmodifiableSet;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.UserIdentity;
import org.dicomgateway.security.PasswordGate;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;

/**
 * The users that senders can name in an association request (PS3.7 D.3.3.7). The cost of guessing is bounded: one
 * passcode is checked at a time, and after too many wrong ones a user is closed to that address for a while ({@link
 * PasswordGate}). For any number of threads.
 */
public final class Identities implements IdentityCheck {

    /** As many as keep one processor busy: the rest is for receiving. */
    private static final int CHECKS_AT_ONCE = 1;

    /** Longer than a check takes, shorter than a sender waits. */
    private static final long WAIT_SECONDS = 2;

    /** Wrong passcodes of an address, for whatever users, after which it does not hold up others. */
    private static final int TOO_OFTEN = 5;

    private static final int SHOWN = 64;

    private final Set<String> byNameAlone;
    private final boolean none;
    private final PasswordGate passcodes;
    private final Semaphore turn = new Semaphore(CHECKS_AT_ONCE, true);

    /** By network; each is there as long as somebody waits on it. */
    private final LoadingCache<String, Semaphore> turnOf =
            Caffeine.newBuilder().weakValues().build(network -> new Semaphore(1, true));

    /** By the configuration: the passcode of each user, empty when the name alone is enough. */
    public Identities(Map<String, Optional<PasswordHash>> users, Ticker clock) {
        this(users, hashes -> new PasswordGate(hashes, clock));
    }

    Identities(Map<String, Optional<PasswordHash>> users, Function<Map<String, PasswordHash>, PasswordGate> passwords) {
        this.none = users.isEmpty();
        this.byNameAlone = users.entrySet().stream()
                .filter(user -> user.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .collect(toUnmodifiableSet());
        this.passcodes = passwords.apply(users.entrySet().stream()
                .filter(user -> user.getValue().isPresent())
                .collect(toMap(Map.Entry::getKey, user -> user.getValue().get())));
    }

    /** Who the request is by. A request that names a user must be right, unless no users are configured. */
    @Override
    public Finding check(AssociationRequest request) {
        if (none || request.identity().isEmpty()) {
            return Finding.NOBODY;
        }
        UserIdentity identity = request.identity().get();
        if (identity.kind() == UserIdentity.Kind.OTHER) {
            return Finding.NOBODY;
        }
        if (byNameAlone.contains(identity.user())) {
            return Finding.verified(identity.user());
        }
        InetAddress source = addressOf(request.origin().remoteHost());
        return closed(source, identity).orElseGet(() -> checkOpen(identity, source));
    }

    private Finding checkOpen(UserIdentity identity, InetAddress source) {
        boolean known = identity.passcode()
                .filter(passcode -> passcodes.knows(source, identity.user(), passcode))
                .isPresent();
        return known ? Finding.verified(identity.user()) : checkInTurn(identity, source);
    }

    /**
     * One association of an address waits here at a time. An address that was wrong too often does not wait for others
     * at all.
     */
    private Finding checkInTurn(UserIdentity identity, InetAddress source) {
        Semaphore ofSource = Objects.requireNonNull(turnOf.get(PasswordGate.networkOf(source)));
        boolean first = false;
        boolean mine = false;
        try {
            first = ofSource.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS);
            mine = first
                    && (passcodes.wrongFrom(source) < TOO_OFTEN
                            ? turn.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)
                            : turn.tryAcquire());
            if (!mine) {
                return Finding.rejected(Rejection.temporaryCongestion("too many passcodes to check at once"));
            }
            // Another request of the same address may have been wrong meanwhile.
            return closed(source, identity).orElseGet(() -> checkNow(identity, source));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.rejected(Rejection.temporaryCongestion("shutting down"));
        } finally {
            if (mine) {
                turn.release();
            }
            if (first) {
                ofSource.release();
            }
        }
    }

    private Finding checkNow(UserIdentity identity, InetAddress source) {
        Optional<Secret> passcode = identity.passcode();
        if (passcode.isPresent() && passcodes.isRight(source, identity.user(), passcode.get())) {
            return Finding.verified(identity.user());
        }
        if (passcode.isEmpty()) {
            passcodes.wrong(source, identity.user());
        }
        return Finding.rejected(Rejection.notAllowed(
                "user identity: wrong user or passcode, user " + Text.printable(identity.user(), SHOWN)));
    }

    private Optional<Finding> closed(InetAddress source, UserIdentity identity) {
        Duration time = passcodes.closedFor(source, identity.user());
        return time.isZero()
                ? Optional.empty()
                : Optional.of(
                        Finding.rejected(Rejection.temporaryCongestion("user identity: too many wrong passcodes from "
                                + source.getHostAddress() + " for this user; refused without a check for another "
                                + Math.max(1, time.toSeconds()) + " s")));
    }

    private static InetAddress addressOf(String remoteHost) {
        try {
            return InetAddress.getByName(remoteHost);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the address of a connection is none", e);
        }
    }
}
