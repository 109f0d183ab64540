package org.dicomgateway.spool.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/** A connection and its statements, each prepared once. For one thread at a time. */
public final class Statements implements AutoCloseable {

    /** Of SQLite's machine: a tenth of a millisecond or so. */
    private static final int STEPS_BETWEEN_LOOKS = 10_000;

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    /** Owns the connection from now on. */
    Statements(Connection connection) {
        this.connection = connection;
    }

    /** Runs a statement; returns the number of rows it changed. */
    public int update(String sql, @Nullable Object... values) throws SQLException {
        return bind(sql, values).executeUpdate();
    }

    /** Runs a query. Its result must be closed before the same query is run again. */
    public ResultSet query(String sql, @Nullable Object... values) throws SQLException {
        return bind(sql, values).executeQuery();
    }

    /** The first column of the first row; 0 when there is no row, or it is NULL. */
    public long number(String sql, @Nullable Object... values) throws SQLException {
        try (ResultSet row = query(sql, values)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Breaks off whatever runs on this connection when {@code stop} says so; it is asked all the time. */
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
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    /** Closes the connection, which finalizes its statements. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
