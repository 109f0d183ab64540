package org.dicomgateway.spool.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.core.CoreStatement;

/** A connection and its statements. Each is prepared once, and again after it failed. For one thread at a time. */
public final class Statements implements AutoCloseable {

    /** Steps of SQLite's virtual machine: about a tenth of a millisecond. */
    private static final int STEPS_BETWEEN_LOOKS = 10_000;

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    /** Takes over the connection. */
    Statements(Connection connection) {
        this.connection = connection;
    }

    /** Runs a statement; returns the number of rows it changed. */
    public int update(String sql, @Nullable Object... values) throws SQLException {
        return bind(sql, values).executeUpdate();
    }

    /** Runs a query. Close its result before you run the same query again. */
    public ResultSet query(String sql, @Nullable Object... values) throws SQLException {
        return bind(sql, values).executeQuery();
    }

    /** Runs several statements, with semicolons between them, that have no values and no result. */
    void script(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** The first column of the first row; 0 if there is no row, or it is NULL. */
    public long number(String sql, @Nullable Object... values) throws SQLException {
        try (ResultSet row = query(sql, values)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** The first column of each row, in order. */
    public List<Long> numbers(String sql, @Nullable Object... values) throws SQLException {
        return list(row -> row.getLong(1), sql, values);
    }

    /** What is read of each row, in order. */
    public <T> List<T> list(Reading<T> reading, String sql, @Nullable Object... values) throws SQLException {
        List<T> all = new ArrayList<>();
        try (ResultSet row = query(sql, values)) {
            while (row.next()) {
                all.add(reading.of(row));
            }
        }
        return all;
    }

    /** Reads one row. */
    @FunctionalInterface
    public interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** Interrupts whatever runs on this connection when {@code stop} returns true. Called very often. */
    public void interruptWhen(BooleanSupplier stop) throws SQLException {
        ProgressHandler.setHandler(connection, STEPS_BETWEEN_LOOKS, new ProgressHandler() {
            @Override
            protected int progress() {
                return stop.getAsBoolean() ? 1 : 0;
            }
        });
    }

    private PreparedStatement bind(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null || hasFailed(statement)) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    /** The driver ends a statement that failed, for example on a full disk: it cannot run again. */
    private static boolean hasFailed(PreparedStatement statement) {
        return statement instanceof CoreStatement known && known.pointer.isClosed();
    }

    /** Closes the connection and with it all statements. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
