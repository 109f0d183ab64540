package org.dicomgateway.spool;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection and its statements, each prepared once. For one thread at a time. */
final class Statements implements AutoCloseable {

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    /** Owns the connection from now on. */
    Statements(Connection connection) {
        this.connection = connection;
    }

    /** Runs a statement; returns the number of rows it changed. */
    int update(String sql, @Nullable Object... values) throws SQLException {
        return bind(sql, values).executeUpdate();
    }

    /** Runs a query. Its result must be closed before the same query is run again. */
    ResultSet query(String sql, @Nullable Object... values) throws SQLException {
        return bind(sql, values).executeQuery();
    }

    /** The first column of the first row; 0 when there is no row, or it is NULL. */
    long number(String sql, @Nullable Object... values) throws SQLException {
        try (ResultSet row = query(sql, values)) {
            return row.next() ? row.getLong(1) : 0;
        }
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
