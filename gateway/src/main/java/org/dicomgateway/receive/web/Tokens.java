package org.dicomgateway.receive.web;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWrapper;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;
import org.dicomgateway.config.settings.ListenerSettings.Web.Jwt;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * The tokens of one issuer (RFC 7519, RFC 8725): signed with RS256 or ES256 by a key of the issuer, for this audience,
 * and not expired. When the keys cannot be had, no token is taken. For any number of threads.
 */
final class Tokens {

    /** How far the clocks of issuer and gateway may differ. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_MILLIS = 5_000;
    private static final int MAX_KEYS = 512 * ByteSize.KIB;

    /** How long keys are used before they are fetched again, and how long a request waits for them. */
    private static final Duration KEPT = Duration.ofMinutes(5);

    private static final Duration KEPT_OF_FILE = Duration.ofSeconds(10);
    private static final Duration FETCH = Duration.ofSeconds(10);

    /** A token with an unknown key asks for the keys again, but not more often than this. */
    private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(30);

    private static final int MAX_SUBJECT = 64;

    /** A token that is not taken. The message is for the log. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        RefusedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /** Whether the issuer gave its keys when it was asked last. */
    private volatile boolean keysWork;

    Tokens(Jwt settings, InstantSource clock) {
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256), keys(settings.keys())));
        DefaultJWTClaimsVerifier<SecurityContext> claims =
                new DefaultJWTClaimsVerifier<>(
                        settings.audience(),
                        new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
                        Set.of("exp", "sub")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        claims.setMaxClockSkew((int) SKEW.toSeconds());
        processor.setJWTClaimsSetVerifier(claims);
    }

    /**
     * The subject of a token.
     *
     * @throws RefusedException when the token is not taken
     * @throws IOException when that cannot be known now: the keys cannot be had
     */
    String subject(String token) throws RefusedException, IOException {
        try {
            String subject = processor.process(token, null).getSubject();
            if (subject == null || subject.isEmpty() || subject.length() > MAX_SUBJECT) {
                throw new BadJOSEException("the subject must have 1 to " + MAX_SUBJECT + " characters");
            }
            return subject;
        } catch (RateLimitReachedException e) {
            // Its key was not among those that the issuer had a moment ago.
            if (keysWork) {
                throw new RefusedException("no such key of the issuer", e);
            }
            throw new IOException("the keys of the issuer cannot be had, and were asked for a moment ago", e);
        } catch (KeySourceException e) {
            throw new IOException("the keys of the issuer cannot be had: " + e.getMessage(), e);
        } catch (ParseException | BadJOSEException | JOSEException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private JWKSource<SecurityContext> keys(URI place) {
        if ("file".equals(place.getScheme())) {
            return JWKSourceBuilder.create(new KeyFile(Path.of(place)))
                    .cache(KEPT_OF_FILE.toMillis(), FETCH.toMillis())
                    .refreshAheadCache(false)
                    .rateLimited(false)
                    .build();
        }
        try {
            return JWKSourceBuilder.create(new Issuer(new URLBasedJWKSetSource<>(
                            place.toURL(), new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, MAX_KEYS))))
                    .cache(KEPT.toMillis(), FETCH.toMillis())
                    .refreshAheadCache(false)
                    .rateLimited(BETWEEN_FETCHES.toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("not a URL: " + place, e);
        }
    }

    /** Keys at the issuer. Notes whether they could be had when they were asked for last. */
    private final class Issuer extends JWKSetSourceWrapper<SecurityContext> {

        private Issuer(JWKSetSource<SecurityContext> source) {
            super(source);
        }

        @Override
        public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator evaluator, long now, SecurityContext context)
                throws KeySourceException {
            keysWork = false;
            JWKSet keys = getSource().getJWKSet(evaluator, now, context);
            keysWork = true;
            return keys;
        }
    }

    /** Keys in a file, which is read again after a while. */
    private record KeyFile(Path file) implements JWKSetSource<SecurityContext> {

        @Override
        public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator evaluator, long now, SecurityContext context)
                throws KeySourceException {
            try {
                return JWKSet.load(file.toFile());
            } catch (IOException | ParseException e) {
                throw new JWKSetUnavailableException(file + " cannot be read", e);
            }
        }

        @Override
        public void close() {
            // There is nothing open.
        }
    }
}
