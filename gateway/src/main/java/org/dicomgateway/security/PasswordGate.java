package org.dicomgateway.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one place where passwords are compared, of operators and of senders. A comparison is slow on purpose, so callers
 * ask {@link #knows} first, then {@link #closedFor}, and bound how many they have compared at once.
 *
 * <p>What was right is remembered in memory, as a code under a key that only this process has, for an hour after its
 * last use. What was wrong counts against the user and the network it came from ({@link FailedLogins}). A user that
 * does not exist costs as much as one that does. For any number of threads.
 */
public final class PasswordGate {

    private static final Duration KNOWN_FOR = Duration.ofHours(1);
    private static final int MAX_KNOWN = 1000;
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final Map<String, PasswordHash> hashes;
    private final BiPredicate<PasswordHash, Secret> comparison;
    private final FailedLogins failedLogins;
    private final StandInHashes standIns;
    private final Cache<String, Boolean> known;
    private final SecretKeySpec key;

    /** For these users. */
    public PasswordGate(Map<String, PasswordHash> hashes, Ticker clock) {
        this(hashes, clock, PasswordHash::matches);
    }

    /** The same, with a comparison that is not slow, for tests. */
    public PasswordGate(Map<String, PasswordHash> hashes, Ticker clock, BiPredicate<PasswordHash, Secret> comparison) {
        this.hashes = Map.copyOf(hashes);
        this.comparison = comparison;
        this.failedLogins = new FailedLogins(clock);
        this.standIns = new StandInHashes(List.copyOf(hashes.values()));
        this.known = Caffeine.newBuilder()
                .expireAfterAccess(KNOWN_FOR)
                .maximumSize(MAX_KNOWN)
                .ticker(clock)
                .build();
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /**
     * Whether this password was found right before, for the same network. Costs next to nothing, so it must
     * not help guesses from elsewhere.
     */
    public boolean knows(InetAddress source, String user, Secret password) {
        return known.getIfPresent(code(source, user, password)) != null;
    }

    /** How long a source must wait before a password of this user is compared for it again; zero: not at all. */
    public Duration closedFor(InetAddress source, String user) {
        return failedLogins.closedFor(source, user);
    }

    /** How often a source was wrong lately, about any user. */
    public int wrongFrom(InetAddress source) {
        return failedLogins.wrongFrom(source);
    }

    /** Compares a password, which is slow, and counts it when it is wrong. */
    public boolean isRight(InetAddress source, String user, Secret password) {
        Optional<PasswordHash> hash = Optional.ofNullable(hashes.get(user));
        boolean matches = hash.or(() -> standIns.of(user))
                .filter(each -> comparison.test(each, password))
                .isPresent();
        boolean right = matches && hash.isPresent();
        if (right) {
            known.put(code(source, user, password), true);
            failedLogins.right(source, user);
        } else {
            failedLogins.wrong(source, user);
        }
        return right;
    }

    /** What counts as one source: an IPv4 address, or the /64 network of an IPv6 address. */
    public static String networkOf(InetAddress source) {
        return FailedLogins.networkOf(source);
    }

    /** Counts something else that was wrong, such as a token. */
    public void wrong(InetAddress source, String user) {
        failedLogins.wrong(source, user);
    }

    private String code(InetAddress source, String user, Secret password) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(FailedLogins.networkOf(source).getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) 0);
            mac.update(user.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return HexFormat.of().formatHex(mac.doFinal(password.value().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
