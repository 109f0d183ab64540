package org.dicomgateway.receive.web;

import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.UserIdentity;
import org.dicomgateway.receive.Identities;
import org.dicomgateway.receive.IdentityCheck;
import org.dicomgateway.security.Credentials;
import org.jspecify.annotations.Nullable;

/** Finds out who calls: a user with a password (RFC 7617), or the subject of a token (RFC 6750). */
final class Logins {

    private static final int SHOWN = 200;

    /**
     * Who calls.
     *
     * @param user the verified user; empty: nobody was asked for
     * @param refused why nobody is let in; transient: it cannot be known now
     */
    record Answer(Optional<String> user, Optional<Rejection> refused) {
        private static Answer refused(Rejection why) {
            return new Answer(Optional.empty(), Optional.of(why));
        }
    }

    private final ListenerSettings.Web settings;
    private final IdentityCheck users;
    private final Optional<Tokens> tokens;

    Logins(ListenerSettings.Web settings, InstantSource clock) {
        this.settings = settings;
        this.users = new Identities(
                settings.users().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, user -> Optional.of(user.getValue()))),
                Ticker.systemTicker());
        this.tokens = settings.jwt().map(jwt -> new Tokens(jwt, clock));
    }

    /** The value of {@code WWW-Authenticate} for who is not let in. */
    String challenge() {
        return settings.users().isEmpty() ? "Bearer realm=\"DICOM Gateway\"" : "Basic realm=\"DICOM Gateway\"";
    }

    /** @param authorization the header field of the request; null: it has none */
    Answer check(@Nullable String authorization, Origin origin) {
        if (!settings.asksForLogin()) {
            return new Answer(Optional.empty(), Optional.empty());
        }
        Optional<Credentials> shown = Optional.ofNullable(authorization).flatMap(Credentials::parse);
        if (shown.isPresent()
                && shown.get() instanceof Credentials.Basic basic
                && !settings.users().isEmpty()) {
            return password(basic, origin);
        }
        if (shown.isPresent() && shown.get() instanceof Credentials.Bearer bearer && tokens.isPresent()) {
            return token(bearer, tokens.get());
        }
        return Answer.refused(Rejection.notAllowed("a login is required"));
    }

    private Answer password(Credentials.Basic basic, Origin origin) {
        UserIdentity identity =
                new UserIdentity(UserIdentity.Kind.USERNAME_AND_PASSCODE, basic.user(), Optional.of(basic.password()));
        IdentityCheck.Finding found =
                users.check(new AssociationRequest(origin, 1, Optional.empty(), Optional.of(identity)));
        return new Answer(found.user(), found.rejection());
    }

    private static Answer token(Credentials.Bearer bearer, Tokens tokens) {
        try {
            return new Answer(Optional.of(tokens.subject(bearer.token())), Optional.empty());
        } catch (Tokens.RefusedException e) {
            return Answer.refused(
                    Rejection.notAllowed("token: " + Text.printable(String.valueOf(e.getMessage()), SHOWN)));
        } catch (IOException e) {
            return Answer.refused(
                    Rejection.temporaryCongestion("token: " + Text.printable(String.valueOf(e.getMessage()), SHOWN)));
        }
    }
}
