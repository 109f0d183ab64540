package org.dicomgateway.spool.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;

/** Brings the schema of a ledger up to date. Its version is SQLite's {@code user_version}. */
final class LedgerSchema {

    /**
     * The migrations in order, beside this class. Never edit a released migration; add a new one. Each one ends by
     * setting {@code user_version} to its number.
     */
    private static final List<String> MIGRATIONS = List.of(
            "V1__ledger.sql",
            "V2__search.sql",
            "V3__sop_index.sql",
            "V4__versions.sql",
            "V5__copies.sql",
            "V6__accession.sql",
            "V7__commitments.sql",
            "V8__restored.sql",
            "V9__sent_as.sql",
            "V10__sent_syntax.sql");

    /** The version of a ledger that needs no migration. */
    static final int VERSION = MIGRATIONS.size();

    private LedgerSchema() {}

    /** The version of a ledger; 0 when it is new. */
    static long version(Statements ledger) throws SQLException {
        return ledger.number("PRAGMA user_version");
    }

    /**
     * Applies the missing migrations, all or none. When it throws, close the connection: that takes back what it did.
     */
    static void migrate(Statements ledger) throws SQLException {
        migrate(ledger, VERSION);
    }

    /** As {@link #migrate(Statements)}, up to an older version. */
    static void migrate(Statements ledger, int to) throws SQLException {
        ledger.update("BEGIN IMMEDIATE");
        for (long version = version(ledger); version < to; version++) {
            ledger.script(read(MIGRATIONS.get((int) version)));
        }
        ledger.update("COMMIT");
    }

    private static String read(String name) {
        try (InputStream script = LedgerSchema.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException("the migration " + name + " is missing from this build");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the migration " + name + " cannot be read", e);
        }
    }
}
