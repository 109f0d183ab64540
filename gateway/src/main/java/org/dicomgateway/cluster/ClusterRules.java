package org.dicomgateway.cluster;

import static java.util.stream.Collectors.toCollection;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.cluster.Database.UnknownOutcomeException;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.SearchException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules that operators publish for all gateways. Every gateway at work first says whether it can use them. Only
 * when all can, they are published, and each gateway puts them in force within a second. A gateway that was away does
 * so when it comes back, before it sends anything. Each version is put in force once: what is edited at one gateway
 * afterwards holds there, and every gateway sees that it differs.
 *
 * <p>A version is published when its transaction is on a synchronous standby. Safe for any number of threads.
 */
public final class ClusterRules implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterRules.class);

    /** The first key of the lock under which rules are published. */
    private static final int RULES = 12;

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(100);

    /** How long who publishes waits for the gateways, to look at the rules and again to put them in force. */
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    /** A proposal that is older was left by a gateway that ended. */
    private static final int ABANDONED_SECONDS = 60;

    /** The versions that are kept. */
    private static final int KEPT = 100;

    private final String node;
    private final Database database;
    private final Membership membership;
    private final ClusterSearch search;
    private final Repeating repeating = new Repeating("cluster-rules", LOOK, this::look);

    private @Nullable Target target;
    /** Guarded by the monitor. */
    private String lastProblem = "";

    ClusterRules(String node, Database database, Membership membership, ClusterSearch search) {
        this.node = node;
        this.database = database;
        this.membership = membership;
        this.search = search;
    }

    /** The rules of this gateway. */
    public interface Target {

        /** Why these rules cannot be used here; none when they can. Changes nothing. */
        List<String> problems(String text);

        /**
         * Puts these rules in force, and keeps them for the next start.
         *
         * @param mention who published them, for the log
         * @throws RuntimeException when that fails; the message says why, and what is in force stays
         */
        void putInForce(String text, String mention);

        /** The {@link #digest} of the rules in force; empty when it is not known yet. */
        String inForce();

        /** A digest of the transforms in force, with their tables and keys; empty when there are none. */
        String transforms();
    }

    /** How far a gateway got with rules. */
    public enum Progress {
        /** It has not looked at them. */
        OPEN,
        /** It cannot use them. */
        REFUSED,
        /** It can use them. */
        ACCEPTED,
        /** It works by them. */
        IN_FORCE
    }

    /** What a gateway at work says of rules, and why it cannot use them. */
    public record Answered(String gateway, Progress progress, String problem) {}

    /**
     * What came of publishing.
     *
     * @param version the number of the new version; empty: nothing was published
     */
    public record Outcome(OptionalLong version, List<Answered> gateways) {

        /** Copies the list. */
        public Outcome {
            gateways = List.copyOf(gateways);
        }
    }

    /**
     * Rules that were published.
     *
     * @param by the gateway that was asked
     * @param operator their name; may be empty
     * @param again the version that was published again
     * @param digest of the text
     * @param gateways those at work that work by them
     */
    public record Published(
            long version,
            Instant at,
            String by,
            String operator,
            OptionalLong again,
            String digest,
            Set<String> gateways) {

        /** Copies the set. */
        public Published {
            gateways = new TreeSet<>(gateways);
        }
    }

    private record Current(long id, long version, String text, String mention) {}

    /** SHA-256 of the text as UTF-8, in hexadecimal digits. */
    public static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Puts in force what was published while this gateway was away. Called before anything is sent. */
    void catchUp(Target here) throws SQLException {
        target = here;
        follow(here);
    }

    void start() {
        repeating.start();
    }

    Repeating repeating() {
        return repeating;
    }

    /**
     * Publishes rules, and waits some seconds until all gateways at work have them in force.
     *
     * @param again the version that they are a copy of
     * @throws SearchException when the database does not answer; the message says whether they can have been published
     */
    public Outcome publish(String text, OptionalLong again, String operator, String address) {
        Target here = Objects.requireNonNull(target);
        List<String> problems = here.problems(text);
        if (!problems.isEmpty()) {
            return new Outcome(
                    OptionalLong.empty(), List.of(new Answered(node, Progress.REFUSED, String.join("; ", problems))));
        }
        long id = propose(text, again, operator, address);
        await(id, Progress.ACCEPTED);
        Outcome decided = decided(id);
        if (decided.version().isEmpty()) {
            return decided;
        }
        look();
        return new Outcome(decided.version(), await(id, Progress.IN_FORCE));
    }

    private long propose(String text, OptionalLong again, String operator, String address) {
        return search.found(transaction -> {
            membership.enter(transaction);
            return Sql.first(
                            transaction,
                            row -> row.getLong(1),
                            "INSERT INTO rules (text, node, operator, address, again, at) "
                                    + "VALUES (?, ?, ?, ?, ?, now()) RETURNING id",
                            text,
                            node,
                            operator.replace('\0', ' '),
                            address,
                            again.orElse(0))
                    .orElseThrow();
        });
    }

    /** Publishes what all gateways at work can use. What one of them cannot use, or has not looked at, is forgotten. */
    private Outcome decided(long id) {
        try {
            return database.inTransaction(transaction -> {
                membership.enter(transaction);
                Sql.list(transaction, row -> "", "SELECT pg_advisory_xact_lock(?, 0)", RULES);
                List<Answered> answers = answers(transaction, id);
                if (!haveReached(answers, Progress.ACCEPTED)) {
                    Sql.update(transaction, "DELETE FROM rules WHERE id = ?", id);
                    return new Outcome(OptionalLong.empty(), answers);
                }
                long version = Sql.first(
                                transaction,
                                row -> row.getLong(1),
                                "UPDATE rules SET at = now(), "
                                        + "version = (SELECT coalesce(max(version), 0) + 1 FROM rules) "
                                        + "WHERE id = ? RETURNING version",
                                id)
                        .orElseThrow(() -> new SQLException("the rules were given up meanwhile: publish them again"));
                return new Outcome(OptionalLong.of(version), answers);
            });
        } catch (UnknownOutcomeException e) {
            throw new SearchException(
                    ClusterSearch.AWAY + "; it is not known whether the rules were published: rules list shows it", e);
        } catch (SQLException e) {
            throw new SearchException(ClusterSearch.AWAY + "; the rules were not published", e);
        }
    }

    private static boolean haveReached(List<Answered> answers, Progress progress) {
        return answers.stream().allMatch(each -> each.progress().compareTo(progress) >= 0);
    }

    /** Waits until all gateways at work have got so far, or one cannot use the rules, or too long. */
    private List<Answered> await(long id, Progress progress) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            look();
            List<Answered> answers = search.found(transaction -> answers(transaction, id));
            if (haveReached(answers, progress)
                    || answers.stream().anyMatch(each -> each.progress() == Progress.REFUSED)
                    || System.nanoTime() - end >= 0) {
                return answers;
            }
            try {
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return answers;
            }
        }
    }

    private static List<Answered> answers(Connection transaction, long id) throws SQLException {
        return Sql.list(
                transaction,
                row -> {
                    String problem = row.getString("problem");
                    Progress progress = problem == null
                            ? Progress.OPEN
                            : !problem.isEmpty()
                                    ? Progress.REFUSED
                                    : row.getBoolean("in_force") ? Progress.IN_FORCE : Progress.ACCEPTED;
                    return new Answered(row.getString("node"), progress, problem == null ? "" : problem);
                },
                "SELECT m.node, a.problem, a.in_force_at IS NOT NULL AS in_force FROM member m "
                        + "LEFT JOIN rules_answer a ON a.member = m.id AND a.rules = ? WHERE m.state = 0 ORDER BY m.node",
                id);
    }

    /**
     * The versions that were published, the latest first.
     *
     * @throws SearchException when the database does not answer
     */
    public List<Published> published(int limit) {
        List<Member> working = membership.members().stream()
                .filter(member -> member.state() == Member.State.WORKING)
                .toList();
        return search.found(transaction -> Sql.list(
                transaction,
                row -> {
                    String digest = digest(row.getString("text"));
                    long again = row.getLong("again");
                    return new Published(
                            row.getLong("version"),
                            row.getTimestamp("at").toInstant(),
                            row.getString("node"),
                            row.getString("operator"),
                            again == 0 ? OptionalLong.empty() : OptionalLong.of(again),
                            digest,
                            working.stream()
                                    .filter(member -> member.rules().equals(digest))
                                    .map(Member::node)
                                    .collect(toCollection(TreeSet::new)));
                },
                "SELECT text, node, operator, at, version, again FROM rules WHERE version IS NOT NULL "
                        + "ORDER BY version DESC LIMIT ?",
                limit));
    }

    /**
     * The rules of a version; empty when there is none, or not any more.
     *
     * @throws SearchException when the database does not answer
     */
    public Optional<String> text(long version) {
        return search.found(transaction ->
                Sql.first(transaction, row -> row.getString(1), "SELECT text FROM rules WHERE version = ?", version));
    }

    private void look() {
        Target here = target;
        if (here == null || !membership.isSure()) {
            return;
        }
        try {
            examine(here);
            follow(here);
            tell(here);
        } catch (SQLException e) {
            LOG.debug("published rules cannot be looked at now", e);
        }
    }

    /** Says of what is proposed whether it can be used here. */
    private synchronized void examine(Target here) throws SQLException {
        record Proposal(long id, String text) {}
        List<Proposal> proposals = search.ask(transaction -> {
            Sql.update(
                    transaction,
                    "DELETE FROM rules WHERE version IS NULL AND at < now() - make_interval(secs => ?)",
                    (double) ABANDONED_SECONDS);
            return Sql.list(
                    transaction,
                    row -> new Proposal(row.getLong(1), row.getString(2)),
                    "SELECT id, text FROM rules r WHERE version IS NULL AND NOT EXISTS "
                            + "(SELECT 1 FROM rules_answer a WHERE a.rules = r.id AND a.member = ?) ORDER BY id",
                    membership.id());
        });
        for (Proposal each : proposals) {
            answer(each.id(), String.join("; ", here.problems(each.text())), false);
        }
    }

    private void answer(long id, String problem, boolean inForce) throws SQLException {
        search.ask(transaction -> Sql.update(
                transaction,
                "INSERT INTO rules_answer (rules, member, problem, in_force_at) "
                        + "SELECT id, ?, ?, CASE WHEN ? THEN now() END FROM rules WHERE id = ? "
                        + "ON CONFLICT (rules, member) DO UPDATE "
                        + "SET problem = excluded.problem, in_force_at = excluded.in_force_at",
                membership.id(),
                problem.replace('\0', ' '),
                inForce,
                id));
    }

    /** Puts the latest version in force, unless that was done once. */
    private synchronized void follow(Target here) throws SQLException {
        Optional<Current> missed = search.ask(transaction -> Sql.first(
                transaction,
                row -> new Current(
                        row.getLong("id"),
                        row.getLong("version"),
                        row.getString("text"),
                        (row.getString("operator").isEmpty() ? "operator" : "operator " + row.getString("operator"))
                                + " at " + row.getString("node")),
                "SELECT * FROM rules r WHERE version = (SELECT max(version) FROM rules) AND NOT EXISTS "
                        + "(SELECT 1 FROM rules_answer a WHERE a.rules = r.id AND a.member = ? "
                        + "AND a.in_force_at IS NOT NULL)",
                membership.id()));
        if (missed.isEmpty()) {
            return;
        }
        Current next = missed.get();
        try {
            here.putInForce(next.text(), next.mention());
        } catch (RuntimeException e) {
            String problem = String.valueOf(e.getMessage());
            String said = next.version() + ": " + problem;
            if (!said.equals(lastProblem)) {
                LOG.warn("rules: published version {} cannot be put in force here: {}", next.version(), problem);
                answer(next.id(), problem, false);
                // Not before: the others are told as well, also after the database was away.
                lastProblem = said;
            }
            return;
        }
        LOG.info("rules: version {} that {} published is in force", next.version(), next.mention());
        lastProblem = "";
        answer(next.id(), "", true);
        search.ask(transaction -> Sql.update(
                transaction, "DELETE FROM rules WHERE version <= (SELECT max(version) FROM rules) - ?", (long) KEPT));
    }

    /** Tells by which rules this gateway works. */
    private void tell(Target here) throws SQLException {
        String now = here.inForce();
        String transforms = here.transforms();
        boolean told = membership.members().stream()
                .anyMatch(member -> member.id() == membership.id()
                        && member.rules().equals(now)
                        && member.transforms().equals(transforms));
        if (!told) {
            search.ask(transaction -> Sql.update(
                    transaction,
                    "UPDATE member SET rules = ?, transforms = ? WHERE id = ?",
                    now,
                    transforms,
                    membership.id()));
        }
    }

    @Override
    public void close() {
        repeating.close(Duration.ofSeconds(30));
    }
}
