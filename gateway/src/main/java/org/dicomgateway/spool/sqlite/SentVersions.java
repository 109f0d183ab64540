package org.dicomgateway.spool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.SentVersion;

/**
 * Records where the versions of an instance were sent. Length and checksum of the part-10 stream distinguish another
 * version from a resend. The stream includes the calling AE title of the sender.
 */
public final class SentVersions {

    /** Being sent: if the process ends now, the version may have arrived. */
    static final int NOW = 0;

    /** No answer came: the version may have arrived. */
    static final int NO_ANSWER = 1;

    /** The destination has the version. */
    static final int THERE = 2;

    private final Statements database;

    SentVersions(Statements database) {
        this.database = database;
    }

    /** Notes that an instance is about to be sent. Changes nothing if it was sent there before. */
    void sending(long instance, String destination) throws SQLException {
        database.update(NOTE, destination, NOW, instance);
    }

    /** Notes that an instance is, or may be, at a destination. */
    void sent(long instance, String destination, int answer) throws SQLException {
        database.update(NOTE, destination, answer, instance);
    }

    /** Notes a version whose instance row may be gone. */
    void sent(SentVersion version) throws SQLException {
        database.update(
                KNOWN,
                version.sopInstance(),
                version.destination(),
                version.instanceId(),
                version.length(),
                version.crc32c(),
                version.isThere() ? THERE : NO_ANSWER);
    }

    /**
     * The instance was not sent after all, or was refused. It is not at the destination, unless an earlier attempt got
     * no answer.
     */
    void notSent(long instance, String destination) throws SQLException {
        database.update(NOT_SENT, instance, destination);
    }

    /**
     * An operator gave up the delivery. An older version may then go there, unless the destination has this one for
     * certain.
     */
    void givenUp(long instance, String destination) throws SQLException {
        database.update(GIVEN_UP, instance, destination);
    }

    /** Notes what was delivered before a second version existed. */
    void deliveredBefore(long instance) throws SQLException {
        database.update(DELIVERED_BEFORE, instance);
    }

    /** Finds the versions that were being sent when the process ended, and marks them as unanswered. */
    List<SentVersion> brokenOff() throws SQLException {
        List<SentVersion> brokenOff = read(BEING_SENT);
        for (SentVersion each : brokenOff) {
            sent(each.instanceId(), each.destination(), NO_ANSWER);
        }
        return brokenOff;
    }

    /** The newest other version that is newer than this instance and was sent to this destination. */
    OptionalLong newerAt(long instance, String destination) throws SQLException {
        try (ResultSet row = database.query(NEWER_AT, instance, destination)) {
            return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
        }
    }

    /** See {@link Ledger#explainsDuplicate}. */
    static boolean explainDuplicate(Statements database, long instance, String destination) throws SQLException {
        return database.number(OWN_EARLIER, instance, destination) > 0
                || database.number(ANOTHER, instance, destination) == 0;
    }

    /** The versions that the journal needs and does not contain yet, oldest first. */
    static List<SentVersion> unwritten(Statements database, int max) throws SQLException {
        return database.list(
                row -> version(row, database.numbers(OLDER, row.getString(1), row.getLong(3))), UNWRITTEN, max);
    }

    /** Marks these versions as contained in the journal, unless their state has changed since. */
    void written(List<SentVersion> versions) throws SQLException {
        for (SentVersion version : versions) {
            database.update(
                    WRITTEN,
                    version.sopInstance(),
                    version.destination(),
                    version.instanceId(),
                    version.isThere() ? THERE : NO_ANSWER);
        }
    }

    /** An instance is forgotten. If it was the last one with its UID, the rows of this UID are no longer needed. */
    void forget(String sopInstance) throws SQLException {
        database.update(FORGET, sopInstance);
    }

    private List<SentVersion> read(String sql) throws SQLException {
        return database.list(row -> version(row, List.of()), sql);
    }

    private static SentVersion version(ResultSet row, List<Long> older) throws SQLException {
        return new SentVersion(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                row.getLong(4),
                row.getInt(5),
                row.getInt(6) == THERE,
                older);
    }

    /** ?3 is the instance. The row is unwritten only if an older instance exists, whose bytes may be sent later. */
    public static final String NOTE = """
            INSERT INTO sent (sop_instance, destination, instance, length, crc32c, answer, unwritten)
            SELECT i.sop_instance, ?1, i.id, i.length, i.crc32c, ?2,
              EXISTS (SELECT 1 FROM instance o INDEXED BY instance_by_sop
                      WHERE o.sop_instance = i.sop_instance AND o.id < i.id)
            FROM instance i NOT INDEXED WHERE i.id = ?3
            ON CONFLICT DO UPDATE SET answer = excluded.answer, unwritten = excluded.unwritten
            WHERE excluded.answer > answer""";

    private static final String KNOWN = """
            INSERT INTO sent (sop_instance, destination, instance, length, crc32c, answer, unwritten)
            VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET answer = max(answer, excluded.answer)""";

    /** Selects the one row of instance ?1 and destination ?2. */
    private static final String OWN =
            " sop_instance = (SELECT sop_instance FROM instance WHERE id = ?1) AND destination = ?2 AND instance = ?1";

    public static final String NOT_SENT = "DELETE FROM sent WHERE answer = 0 AND" + OWN;

    public static final String GIVEN_UP = "DELETE FROM sent WHERE answer < 2 AND" + OWN;

    public static final String DELIVERED_BEFORE = """
            INSERT INTO sent (sop_instance, destination, instance, length, crc32c, answer, unwritten)
            SELECT i.sop_instance, d.destination, i.id, i.length, i.crc32c, 2, 0
            FROM instance i NOT INDEXED CROSS JOIN delivery d NOT INDEXED
            WHERE i.id = ?1 AND d.id BETWEEN ?1 * 1024 AND ?1 * 1024 + 1023 AND d.state = 1
            ON CONFLICT DO UPDATE SET answer = 2""";

    public static final String BEING_SENT = """
            SELECT sop_instance, destination, instance, length, crc32c, 1 FROM sent INDEXED BY sent_now
            WHERE answer = 0 ORDER BY instance""";

    public static final String NEWER_AT = """
            SELECT v.instance FROM instance i NOT INDEXED CROSS JOIN sent v
            WHERE i.id = ?1 AND v.sop_instance = i.sop_instance AND v.destination = ?2 AND v.instance > ?1
              AND v.answer > 0 AND (v.length <> i.length OR v.crc32c <> i.crc32c)
            ORDER BY v.instance DESC LIMIT 1""";

    public static final String OWN_EARLIER = "SELECT 1 FROM sent WHERE answer > 0 AND" + OWN;

    public static final String ANOTHER = """
            SELECT 1 FROM instance i NOT INDEXED CROSS JOIN sent v
            WHERE i.id = ?1 AND v.sop_instance = i.sop_instance AND v.destination = ?2 AND v.answer > 0
              AND (v.length <> i.length OR v.crc32c <> i.crc32c)
            LIMIT 1""";

    public static final String UNWRITTEN = """
            SELECT sop_instance, destination, instance, length, crc32c, answer FROM sent INDEXED BY sent_unwritten
            WHERE unwritten = 1 ORDER BY instance LIMIT ?""";

    static final String OLDER = """
            SELECT id FROM instance INDEXED BY instance_by_sop WHERE sop_instance = ? AND id < ? ORDER BY id""";

    public static final String WRITTEN = """
            UPDATE sent SET unwritten = 0
            WHERE sop_instance = ? AND destination = ? AND instance = ? AND max(answer, 1) = ?""";

    public static final String FORGET = """
            DELETE FROM sent WHERE sop_instance = ?1
              AND NOT EXISTS (SELECT 1 FROM instance INDEXED BY instance_by_sop WHERE sop_instance = ?1)""";
}
