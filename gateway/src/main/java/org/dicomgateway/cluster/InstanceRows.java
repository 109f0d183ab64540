package org.dicomgateway.cluster;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.dicomgateway.spool.Replica.Entry;

/** Writes instances into the cluster's database: their bytes into a pack, and a row for each. */
final class InstanceRows {

    private InstanceRows() {}

    /** Work in a transaction has no place for an {@code IOException}. */
    static final class UnreadableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final IOException ioException;

        UnreadableException(IOException ioException) {
            super(ioException);
            this.ioException = ioException;
        }

        IOException ioException() {
            return ioException;
        }
    }

    /**
     * Writes instances of a member.
     *
     * @param keys theirs in the cluster, in the same order
     * @throws UnreadableException when their bytes cannot be read
     */
    static void insert(Connection transaction, int member, Packs packs, long pack, List<Entry> entries, List<Long> keys)
            throws SQLException {
        bytes(transaction, packs, pack, entries, keys);
        rows(transaction, member, pack, entries, keys);
    }

    private static void bytes(Connection transaction, Packs packs, long pack, List<Entry> entries, List<Long> keys)
            throws SQLException {
        Packs.Writer writer = packs.writer(transaction, pack);
        boolean done = false;
        try {
            for (int i = 0; i < entries.size(); i++) {
                writer.add(keys.get(i), entries.get(i).body());
            }
            writer.end();
            done = true;
        } catch (IOException e) {
            throw new UnreadableException(e);
        } finally {
            if (!done) {
                writer.cancel();
            }
        }
    }

    private static void rows(Connection transaction, int member, long pack, List<Entry> entries, List<Long> keys)
            throws SQLException {
        Sql.update(
                transaction,
                """
                INSERT INTO instance (id, home, local_id, sop_class, sop_instance, study, received_at, metadata, length,
                    dataset_offset, crc32c, pack)
                OVERRIDING SYSTEM VALUE
                SELECT u.id, ?, u.local_id, u.class, u.sop, u.study, u.received, u.metadata, u.length, u.dataset,
                  u.crc, ?
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                  AS u (id, local_id, class, sop, study, received, metadata, length, dataset, crc)""",
                member,
                pack,
                Sql.numbers(transaction, keys),
                Sql.numbers(transaction, each(entries, entry -> entry.instance().id())),
                Sql.texts(
                        transaction,
                        each(entries, entry -> entry.instance().sopClass().value())),
                Sql.texts(
                        transaction,
                        each(entries, entry -> entry.instance().sopInstance().value())),
                Sql.texts(transaction, each(entries, entry -> entry.instance().studyInstanceUid())),
                transaction.createArrayOf(
                        "timestamptz",
                        entries.stream()
                                .map(entry -> entry.instance().receivedAt().toString())
                                .toArray()),
                Sql.texts(transaction, each(entries, Entry::metadata)),
                Sql.numbers(transaction, each(entries, Entry::length)),
                Sql.small(transaction, each(entries, Entry::datasetOffset)),
                Sql.small(transaction, each(entries, Entry::crc32c)));
    }

    private static <T> List<T> each(List<Entry> entries, Function<Entry, T> value) {
        return entries.stream().map(value).toList();
    }
}
