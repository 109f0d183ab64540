package org.dicomgateway.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.dicomgateway.spool.DamagedInstanceException;

/** The stream of an instance, as a pack has it. Holds some rows in memory. Belongs to a transaction. */
final class PackStream extends InputStream {

    private static final int AT_ONCE = 64;
    private static final String NO_TABLE = "42P01";

    private final PreparedStatement statement;
    private final ResultSet rows;
    private byte[] row = {};
    private int at;

    /** @throws DamagedInstanceException when the pack is not there */
    PackStream(Connection transaction, long pack, long instance) throws SQLException, DamagedInstanceException {
        statement = transaction.prepareStatement(
                "SELECT bytes FROM " + Packs.table(pack) + " WHERE instance = ? ORDER BY n");
        boolean done = false;
        try {
            statement.setFetchSize(AT_ONCE);
            statement.setLong(1, instance);
            rows = statement.executeQuery();
            done = true;
        } catch (SQLException e) {
            if (NO_TABLE.equals(e.getSQLState())) {
                throw new DamagedInstanceException("the table " + Packs.table(pack) + " is not there", e);
            }
            throw e;
        } finally {
            if (!done) {
                statement.close();
            }
        }
    }

    @Override
    public int read() throws IOException {
        return hasMore() ? row[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int n = Math.min(length, row.length - at);
        System.arraycopy(row, at, bytes, offset, n);
        at += n;
        return n;
    }

    private boolean hasMore() throws IOException {
        try {
            while (at == row.length) {
                if (!rows.next()) {
                    return false;
                }
                row = rows.getBytes(1);
                at = 0;
            }
            return true;
        } catch (SQLException e) {
            throw new IOException("the cluster's database cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            statement.close();
        } catch (SQLException e) {
            throw new IOException("the cluster's database cannot be read: " + e.getMessage(), e);
        }
    }
}
