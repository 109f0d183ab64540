package org.dicomgateway.receive;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.UserIdentity;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;

/**
 * The users whom senders can say they act for (PS3.7 D.3.3.7). What guessing costs us is bounded: few passcodes are checked
 * at a time, and an address that was wrong too often is refused unheard. For any number of threads.
 */
public final class Identities {

    /** As many as keep one processor busy: the rest is for receiving. */
    private static final int CHECKS_AT_ONCE = 1;

    /** Longer than a check takes, shorter than a sender waits. */
    private static final long WAIT_SECONDS = 2;

    private static final int SHOWN = 64;

    /** The verified user, if one was named, or the rejection. */
    record Finding(Optional<String> user, Optional<Rejection> rejection) {
        private static final Finding NOBODY = new Finding(Optional.empty(), Optional.empty());

        private static Finding verified(String user) {
            return new Finding(Optional.of(user), Optional.empty());
        }

        private static Finding rejected(Rejection rejection) {
            return new Finding(Optional.empty(), Optional.of(rejection));
        }
    }

    private final Map<String, Optional<PasswordHash>> users;
    private final BiPredicate<PasswordHash, Secret> check;
    private final FailedPasscodes failedPasscodes;
    private final KnownPasscodes known = new KnownPasscodes();
    private final Semaphore turn = new Semaphore(CHECKS_AT_ONCE, true);
    /** Checked for users that there are not, so that nobody learns by the time it takes who there is. */
    private final Optional<PasswordHash> ofNobody;

    /** By the configuration: the passcode of each user, empty when the name alone is enough. */
    public Identities(Map<String, Optional<PasswordHash>> users, InstantSource clock) {
        this(users, clock, PasswordHash::matches);
    }

    Identities(
            Map<String, Optional<PasswordHash>> users, InstantSource clock, BiPredicate<PasswordHash, Secret> check) {
        this.users = Map.copyOf(users);
        this.check = check;
        this.failedPasscodes = new FailedPasscodes(clock);
        this.ofNobody = users.values().stream().flatMap(Optional::stream).findFirst();
    }

    /** Who the request is by. One that names a user must be right about him, unless there are no users at all. */
    Finding check(AssociationRequest request) {
        if (users.isEmpty() || request.identity().isEmpty()) {
            return Finding.NOBODY;
        }
        UserIdentity identity = request.identity().get();
        if (identity.kind() == UserIdentity.Kind.OTHER) {
            return Finding.NOBODY;
        }
        String host = request.origin().remoteHost();
        Optional<Rejection> blocked = blocked(host);
        if (blocked.isPresent()) {
            return Finding.rejected(blocked.get());
        }
        if (isKnownRight(identity)) {
            return Finding.verified(identity.user());
        }
        return checkInTurn(identity, host);
    }

    private Finding checkInTurn(UserIdentity identity, String host) {
        boolean mine = false;
        try {
            mine = turn.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS);
            if (!mine) {
                return Finding.rejected(Rejection.temporaryCongestion("too many passcodes to check at once"));
            }
            // Others of the same address may have been wrong meanwhile.
            Optional<Rejection> blocked = blocked(host);
            return blocked.map(Finding::rejected).orElseGet(() -> checkNow(identity, host));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.rejected(Rejection.temporaryCongestion("shutting down"));
        } finally {
            if (mine) {
                turn.release();
            }
        }
    }

    private Finding checkNow(UserIdentity identity, String host) {
        if (isRight(identity)) {
            identity.passcode().ifPresent(passcode -> known.add(identity.user(), passcode));
            return Finding.verified(identity.user());
        }
        failedPasscodes.wrong(host);
        return Finding.rejected(Rejection.notAllowed(
                "user identity: wrong user or passcode, user " + Text.printable(identity.user(), SHOWN)));
    }

    private boolean isKnownRight(UserIdentity identity) {
        boolean nameIsEnough =
                users.containsKey(identity.user()) && passcodeOf(identity).isEmpty();
        return nameIsEnough
                || identity.passcode()
                        .filter(passcode -> known.contains(identity.user(), passcode))
                        .isPresent();
    }

    private boolean isRight(UserIdentity identity) {
        if (identity.passcode().isEmpty()) {
            return false;
        }
        Secret passcode = identity.passcode().get();
        Optional<PasswordHash> hash = passcodeOf(identity);
        if (hash.isPresent()) {
            return check.test(hash.get(), passcode);
        }
        boolean unused = ofNobody.isPresent() && check.test(ofNobody.get(), passcode);
        return false;
    }

    private Optional<PasswordHash> passcodeOf(UserIdentity identity) {
        Optional<PasswordHash> hash = users.get(identity.user());
        return hash == null ? Optional.empty() : hash;
    }

    private Optional<Rejection> blocked(String host) {
        return failedPasscodes
                .blockedFor(host)
                .map(time -> Rejection.temporaryCongestion("user identity: too many wrong passcodes from " + host
                        + "; refused unheard for another " + Math.max(1, time.toSeconds()) + " s"));
    }
}
