package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real PostgreSQL as a child process, with a database {@code gateway} and a user {@code gateway} who is no superuser.
 * It survives a SIGKILL, but not a power failure: it does not sync.
 */
public final class PostgresServer implements AutoCloseable {

    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    private final Path home;
    private final int port;
    private Child child;

    private PostgresServer(Path home, int port) {
        this.home = home;
        this.port = port;
        this.child = launch();
    }

    /** Starts a primary; its files go under {@code directory}. */
    public static PostgresServer start(Path directory) {
        Path home = folder(directory.resolve("postgres"));
        int port = FreePorts.next();
        run(home, "initdb", "-D", data(home), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C");
        configure(home, port);
        PostgresServer server = new PostgresServer(home, port);
        server.execute("CREATE ROLE gateway LOGIN");
        server.execute("GRANT pg_read_all_stats TO gateway");
        server.execute("CREATE DATABASE gateway OWNER gateway");
        return server;
    }

    /** Starts a standby of it that confirms every commit, and waits until it does. */
    public PostgresServer startStandby(Path directory) {
        return startStandby(directory, FreePorts.next());
    }

    /** The same on a port that a server had before. */
    public PostgresServer startStandby(Path directory, int copyPort) {
        Path copy = folder(directory.resolve("postgres-standby"));
        run(
                copy,
                "pg_basebackup",
                "-d",
                "host=127.0.0.1 port=" + port + " user=postgres application_name=standby",
                "-D",
                data(copy),
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
                "--no-sync");
        configure(copy, copyPort);
        PostgresServer standby = new PostgresServer(copy, copyPort);
        execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
        execute("SELECT pg_reload_conf()");
        Waiting.until(
                "a synchronous standby",
                child,
                () -> number("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1);
        return standby;
    }

    private static Path folder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String data(Path home) {
        return home.resolve("data").toString();
    }

    private static void configure(Path home, int port) {
        try {
            Files.writeString(home.resolve("data/postgresql.conf"), """
                    listen_addresses = '127.0.0.1'
                    port = %d
                    unix_socket_directories = ''
                    fsync = off
                    max_connections = 60
                    """.formatted(port), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** PostgreSQL refuses to run as root: there it runs as its own user, who may use the test's folders. */
    private static List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of(
                    "setpriv",
                    "--reuid=postgres",
                    "--regid=postgres",
                    "--clear-groups",
                    "--inh-caps=+dac_override",
                    "--ambient-caps=+dac_override"));
        }
        command.add(programs().resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path programs() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.filter(version -> Files.isExecutable(version.resolve("bin/postgres")))
                    .max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())))
                    .orElseThrow()
                    .resolve("bin");
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException("PostgreSQL is missing; scripts/setup.sh --tests installs it", e);
        }
    }

    private static void run(Path home, String program, String... arguments) {
        try (Child child = Child.start(home.resolve("setup.log"), Map.of(), command(program, arguments))) {
            if (child.await(Duration.ofMinutes(1)) != 0) {
                throw new IllegalStateException(program + " failed:\n" + child.output());
            }
        }
    }

    private Child launch() {
        Child started = Child.start(home.resolve("postgres.log"), Map.of(), command("postgres", "-D", data(home)));
        try {
            Waiting.until("PostgreSQL", started, this::answers);
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private boolean answers() {
        try (Connection connection = connect()) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** Sets something that needs no restart. */
    public void set(String parameter) {
        try {
            Files.writeString(home.resolve("data/postgresql.conf"), parameter + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        signal("HUP");
    }

    /** Its process id. */
    public long pid() {
        return child.pid();
    }

    /** A connection as superuser. */
    public Connection connect() throws SQLException {
        String database = "gateway";
        try {
            return connect(database);
        } catch (SQLException e) {
            if ("3D000".equals(e.getSQLState())) { // before it is created
                return connect("postgres");
            }
            throw e;
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?connectTimeout=2&socketTimeout=20",
                "postgres",
                "");
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Runs a statement as superuser. */
    public void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Drops everything that gateways have made. */
    public void forget() {
        execute("DROP SCHEMA public CASCADE");
        execute("CREATE SCHEMA public AUTHORIZATION gateway");
    }

    /** The number that a query returns. */
    public long number(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Makes a standby the primary. It then needs no standby of its own. */
    public void promote() {
        execute("ALTER SYSTEM SET synchronous_standby_names = ''");
        execute("SELECT pg_reload_conf()");
        execute("SELECT pg_promote()");
    }

    /** Everything it has logged. */
    public String log() {
        return child.output();
    }

    /** Kills it (SIGKILL), with all its processes. */
    public void kill() {
        child.kill();
    }

    /** Sends a signal to all its processes, such as {@code STOP}. */
    public void signal(String name) {
        List<ProcessHandle> all = new ArrayList<>();
        ProcessHandle.of(child.pid()).ifPresent(process -> {
            all.add(process);
            process.descendants().forEach(all::add);
        });
        all.forEach(process -> Dcmtk.run("kill", "-" + name, Long.toString(process.pid())));
    }

    /** Starts it again after {@link #kill}: when its last process is gone, which still has its memory. */
    public void startAgain() {
        for (int attempt = 1; true; attempt++) {
            try {
                child = launch();
                return;
            } catch (IllegalStateException e) {
                if (attempt == 10 || !String.valueOf(e.getMessage()).contains("pre-existing shared memory block")) {
                    throw e;
                }
                Waiting.pause(Duration.ofMillis(500));
            }
        }
    }

    @Override
    public void close() {
        child.signal("INT");
        child.await(END_LIMIT);
    }
}
