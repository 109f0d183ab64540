package org.dicomgateway.cluster;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings.PostgresqlSettings;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections to the cluster's database. Every one of them goes to the primary. Safe for any number of threads. */
final class Database implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int CONNECTIONS = 8;
    private static final int CONNECT_SECONDS = 5;
    private static final int LONGEST_NODE = 30;
    private static final int ATTEMPTS = 4;
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final String applicationName;
    private final PGSimpleDataSource server;
    private final HikariDataSource pool;
    private final long answerNanos;
    private final Set<Sending> sending = ConcurrentHashMap.newKeySet();

    /**
     * Connects when it is first used.
     *
     * @param node the name of this gateway
     * @param answer how long the server may take for an answer, a commit included
     */
    Database(PostgresqlSettings settings, String node, Duration answer) {
        applicationName = applicationName(node) + Long.toHexString(new SecureRandom().nextLong());
        answerNanos = answer.toNanos();
        server = new PGSimpleDataSource();
        server.setURL("jdbc:" + settings.url());
        server.setUser(settings.user());
        settings.password().ifPresent(server::setPassword);
        server.setApplicationName(applicationName);
        server.setConnectTimeout(CONNECT_SECONDS);
        server.setLoginTimeout(CONNECT_SECONDS);
        server.setSocketTimeout((int) Math.max(1, answer.toSeconds()));
        server.setTcpKeepAlive(true);
        server.setProperty(PGProperty.TARGET_SERVER_TYPE, "primary");
        HikariConfig config = new HikariConfig();
        config.setDataSource(server);
        config.setPoolName("cluster");
        // Whatever the server or the user is set to: success is for what a standby has.
        config.setConnectionInitSql("SET synchronous_commit = on");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Duration.ofSeconds(CONNECT_SECONDS).toMillis());
        config.setInitializationFailTimeout(-1);
        pool = new HikariDataSource(config);
    }

    /** How the server knows the connections of any process of a gateway: their name begins with this. */
    static String applicationName(String node) {
        // The server cuts off what is longer than 63 bytes.
        String name = node.length() <= LONGEST_NODE
                ? node
                : node.substring(0, LONGEST_NODE - 9) + "-" + String.format("%08x", node.hashCode());
        return "dicom-gateway " + name + " ";
    }

    /** How the server knows the connections of this process. */
    String applicationName() {
        return applicationName;
    }

    /** Without a pool, for the schema. */
    PGSimpleDataSource server() {
        return server;
    }

    /** A commit failed, or was not confirmed by a standby: what it did may hold or not. */
    static final class UnknownOutcomeException extends SQLException {

        private static final long serialVersionUID = 1L;

        /** The server's process that committed. */
        private final int backend;

        UnknownOutcomeException(String message, int backend, SQLException cause) {
            super(message, cause);
            this.backend = backend;
        }

        int backend() {
            return backend;
        }
    }

    /** What is to be done in one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** A connection of its own, that commits every statement. It waits at most so long for each answer. */
    Connection own(Duration answer) throws SQLException {
        Connection connection = server.getConnection();
        boolean done = false;
        try {
            Executor direct = Runnable::run;
            connection.setNetworkTimeout(direct, (int) answer.toMillis());
            done = true;
            return connection;
        } finally {
            if (!done) {
                connection.close();
            }
        }
    }

    /** Something that needs the database, and can be done again. */
    interface Step<T> {
        T take() throws SQLException, ClusterException;
    }

    /**
     * Does this, and again when it may succeed then: who declares an earlier process of this gateway dead ends the
     * connections of its name, this one's among them. The next try has others.
     */
    static <T> T insist(Step<T> step) throws SQLException, ClusterException {
        for (int attempt = 1; true; attempt++) {
            try {
                return step.take();
            } catch (SQLException | FlywayException e) {
                if (attempt == ATTEMPTS || !isBroken(e)) {
                    throw e;
                }
                LOG.warn("the cluster's database cannot be used, and is tried again: {}", e.getMessage());
                Membership.pause(BETWEEN);
            }
        }
    }

    /** Whether a connection broke or was ended (SQLSTATE 08, 57P), others were first (40), or a commit is open. */
    private static boolean isBroken(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(each -> each instanceof UnknownOutcomeException
                        || (each instanceof SQLException e
                                && String.valueOf(e.getSQLState()).matches("(08|40|57P).*")));
    }

    /**
     * Does work in a transaction. It is on the primary and on a synchronous standby when this method returns.
     *
     * @throws UnknownOutcomeException when the work was done, but the commit was not confirmed
     * @throws SQLException when nothing was done
     */
    <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            boolean committing = false;
            int backend = connection.unwrap(PGConnection.class).getBackendPID();
            try {
                // Not by the pool: its own checks would begin a transaction, and now() would be that of the check.
                connection.setAutoCommit(false);
                connection.clearWarnings();
                T result = work.in(connection);
                committing = true;
                connection.commit();
                SQLWarning warning = connection.getWarnings();
                if (warning != null) {
                    // The wait for the standby was cancelled: it holds on the primary alone.
                    throw new SQLException(warning.getMessage(), warning.getSQLState(), warning);
                }
                return result;
            } catch (SQLException e) {
                if (committing) {
                    pool.evictConnection(connection);
                    throw new UnknownOutcomeException("the commit was not confirmed: " + e.getMessage(), backend, e);
                }
                rollBack(connection, e);
                throw e;
            } catch (RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        }
    }

    /** What is to be done in one transaction, without a result. */
    @FunctionalInterface
    interface Task {
        void in(Connection connection) throws SQLException;
    }

    /** As {@link #inTransaction}, for work without a result. */
    void execute(Task task) throws SQLException {
        inTransaction(connection -> {
            task.in(connection);
            return true;
        });
    }

    /** Many bytes that are being sent. {@link #breakStuck} breaks its connection when it no longer advances. */
    final class Sending implements AutoCloseable {

        private final Connection connection;
        private volatile long since = System.nanoTime();

        private Sending(Connection connection) {
            this.connection = connection;
        }

        /** Some were taken. */
        void advanced() {
            since = System.nanoTime();
        }

        @Override
        public void close() {
            sending.remove(this);
        }
    }

    /** To be called before many bytes are sent. */
    Sending sending(Connection connection) {
        Sending each = new Sending(connection);
        sending.add(each);
        return each;
    }

    /**
     * Breaks connections that take no more bytes. Reads have a timeout, writes have none: a write to a machine that is
     * gone would end after a quarter of an hour.
     */
    void breakStuck() {
        for (Sending each : sending) {
            if (System.nanoTime() - each.since > answerNanos) {
                try {
                    each.connection.unwrap(Connection.class).abort(Runnable::run);
                } catch (SQLException e) {
                    LOG.debug("a connection to the cluster's database cannot be broken", e);
                }
            }
        }
    }

    private static void rollBack(Connection connection, Exception because) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
