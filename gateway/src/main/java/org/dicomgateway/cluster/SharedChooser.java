package org.dicomgateway.cluster;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Instance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps deliveries with one affinity key together over all gateways. The first choice for a key is noted in the
 * database, and every gateway follows it while that destination can be used. Without the database, each gateway goes by
 * what it knows itself.
 */
final class SharedChooser implements Chooser {

    private static final Logger LOG = LoggerFactory.getLogger(SharedChooser.class);
    private static final int REMEMBERED = 100_000;

    /** After this time, a gateway notices that another one has moved a key. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private final Chooser chooser;
    private final Database database;
    private final Membership membership;
    private final Cache<Key, String> recent = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .expireAfterWrite(FRESH)
            .executor(Runnable::run)
            .build();

    SharedChooser(Chooser chooser, Database database, Membership membership) {
        this.chooser = chooser;
        this.database = database;
        this.membership = membership;
    }

    private record Key(String route, String key, int copy) {}

    @Override
    public String affinityKey(String route, Instance instance) {
        return chooser.affinityKey(route, instance);
    }

    @Override
    public Optional<String> choose(Choice choice) {
        if (choice.affinityKey().isEmpty() || !membership.isSure()) {
            return chooser.choose(choice);
        }
        Key key = new Key(choice.route(), digest(choice.affinityKey()), choice.copy());
        try {
            return choose(key, choice);
        } catch (SQLException e) {
            LOG.warn("the cluster cannot be asked where route {} goes: {}", choice.route(), e.getMessage());
            return chooser.choose(choice);
        }
    }

    /** A key may be a Patient ID, and has any length. */
    private static String digest(String affinityKey) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(affinityKey.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private Optional<String> choose(Key key, Choice choice) throws SQLException {
        String agreed = recent.getIfPresent(key);
        if (agreed == null) {
            agreed = database.inTransaction(transaction -> Sql.first(
                            transaction,
                            row -> row.getString(1),
                            "SELECT destination FROM affinity WHERE route = ? AND key = ? AND copy = ?",
                            key.route,
                            key.key,
                            key.copy))
                    .orElse("");
            if (!agreed.isEmpty()) {
                recent.put(key, agreed);
            }
        }
        // Twice: another gateway can have chosen at the same time, and a third can have moved it on.
        for (int tries = 0; tries < 2; tries++) {
            Optional<String> chosen = chooser.choose(agreed.isEmpty() ? choice : following(choice, agreed));
            if (chosen.isEmpty()) {
                return chosen;
            }
            if (chosen.get().equals(agreed)) {
                return chosen;
            }
            agreed = agree(key, agreed, chosen.get());
            recent.put(key, agreed);
            if (chosen.get().equals(agreed)) {
                return chosen;
            }
        }
        return chooser.choose(following(choice, agreed));
    }

    private static Choice following(Choice choice, String agreed) {
        return new Choice(
                choice.instance(),
                choice.route(),
                choice.copy(),
                choice.affinityKey(),
                choice.candidates(),
                choice.taken(),
                Optional.of(agreed));
    }

    /** Notes a choice, unless another gateway was first. Returns what holds. */
    private String agree(Key key, String before, String chosen) throws SQLException {
        return database.inTransaction(transaction -> {
            membership.enter(transaction);
            return Sql.first(transaction, row -> row.getString(1), """
                            INSERT INTO affinity AS a (route, key, copy, destination, chosen_at)
                            VALUES (?, ?, ?, ?, now())
                            ON CONFLICT (route, key, copy) DO UPDATE
                            SET destination = CASE WHEN a.destination = ? THEN excluded.destination ELSE a.destination END,
                                chosen_at = now()
                            RETURNING destination""", key.route, key.key, key.copy, chosen, before)
                    .orElseThrow();
        });
    }
}
