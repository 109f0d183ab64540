package org.dicomgateway.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.Replica;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The bytes of instances, in rows of a page's size. The rows of about as much as a segment of the log make a table of
 * their own, a pack, that is dropped as a whole: nothing is deleted row by row, and nothing has to be vacuumed.
 */
final class Packs {

    /** Two rows fill a page of 8 KiB but for a few bytes when there is one; longer ones would be cut into many. */
    private static final int ROW = 8_100;

    private static final long PACK = 256L * ByteSize.MIB;

    private static final byte[] COPY_BEGIN = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final byte[] COPY_END = {(byte) 0xff, (byte) 0xff};

    private final Database database;
    private final Membership membership;
    private long pack;
    private long filled = PACK;

    Packs(Database database, Membership membership) {
        this.database = database;
        this.membership = membership;
    }

    /** The name of a pack's table. */
    static String table(long pack) {
        return "pack_" + pack;
    }

    /**
     * The pack that is being filled. Makes a new one when that is full. For one thread.
     *
     * @param bytes that are about to be added
     */
    long current(long bytes) throws SQLException {
        if (filled >= PACK) {
            pack = database.inTransaction(this::create);
            filled = 0;
        }
        filled += bytes;
        return pack;
    }

    /** Nothing is added to the pack that was filled last. */
    void finish() throws SQLException {
        if (filled < PACK) {
            database.execute(this::finish);
            filled = PACK;
        }
    }

    private void finish(Connection transaction) throws SQLException {
        Sql.update(transaction, "UPDATE pack SET filling = false WHERE id = ?", pack);
    }

    private long create(Connection transaction) throws SQLException {
        membership.enter(transaction);
        finish(transaction);
        long id = Sql.first(
                        transaction,
                        row -> row.getLong(1),
                        "INSERT INTO pack (member, epoch, filling, created) VALUES (?, ?, true, now()) RETURNING id",
                        membership.id(),
                        membership.epoch())
                .orElseThrow();
        Sql.update(
                transaction,
                "CREATE TABLE " + table(id) + " (instance bigint NOT NULL, n integer NOT NULL, bytes bytea NOT NULL, "
                        + "PRIMARY KEY (instance, n)) WITH (autovacuum_enabled = false)");
        Sql.update(transaction, "ALTER TABLE " + table(id) + " ALTER bytes SET STORAGE PLAIN");
        return id;
    }

    /** Begins to write into a pack. */
    Writer writer(Connection transaction, long pack) throws SQLException {
        return new Writer(transaction, pack, database.sending(transaction));
    }

    /** Writes streams into a pack. */
    static final class Writer {

        private final CopyIn copy;
        private final Database.Sending sending;

        private Writer(Connection transaction, long pack, Database.Sending sending) throws SQLException {
            this.sending = sending;
            copy = transaction
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + table(pack) + " (instance, n, bytes) FROM STDIN (FORMAT binary)");
            copy.writeToCopy(COPY_BEGIN, 0, COPY_BEGIN.length);
        }

        /** Adds the stream of an instance. */
        void add(long instance, Replica.Body body) throws SQLException, IOException {
            Rows rows = new Rows(instance);
            try {
                body.writeTo(rows);
                rows.end();
            } catch (UncheckedSqlException e) {
                throw e.sqlException;
            }
        }

        void end() throws SQLException {
            copy.writeToCopy(COPY_END, 0, COPY_END.length);
            sending.close();
            copy.endCopy();
        }

        /** Gives up; the transaction can only be rolled back. */
        void cancel() throws SQLException {
            try (sending) {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        }

        /** Cuts a stream into rows, in the binary format of COPY. */
        private final class Rows extends OutputStream {

            private static final int HEAD = 2 + 4 + 8 + 4 + 4 + 4;
            private static final int LENGTH_AT = HEAD - 4;

            private final ByteBuffer row = ByteBuffer.allocate(HEAD + ROW);
            private int number;

            Rows(long instance) {
                row.putShort((short) 3)
                        .putInt(8)
                        .putLong(instance)
                        .putInt(4)
                        .putInt(0)
                        .putInt(0);
            }

            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                int written = 0;
                while (written < length) {
                    int n = Math.min(row.remaining(), length - written);
                    row.put(bytes, offset + written, n);
                    written += n;
                    if (!row.hasRemaining()) {
                        flushRow();
                    }
                }
            }

            private void flushRow() {
                int length = row.position() - HEAD;
                row.putInt(LENGTH_AT - 4, number++).putInt(LENGTH_AT, length);
                try {
                    copy.writeToCopy(row.array(), 0, row.position());
                    sending.advanced();
                } catch (SQLException e) {
                    throw new UncheckedSqlException(e);
                }
                row.position(HEAD);
            }

            void end() {
                if (row.position() > HEAD) {
                    flushRow();
                }
            }
        }
    }

    /** An {@code OutputStream} has no place for an {@code SQLException}. */
    private static final class UncheckedSqlException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final SQLException sqlException;

        UncheckedSqlException(SQLException sqlException) {
            super(sqlException);
            this.sqlException = sqlException;
        }
    }
}
