package org.dicomgateway.spool.sqlite;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.ledger.LedgerCorruptException;
import org.dicomgateway.spool.ledger.LedgerException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The database file of a ledger: creates, opens and checks it, and explains its failures. */
public final class LedgerFile {

    private static final int APPLICATION_ID = 0x44474C31; // "DGL1", set by the first migration
    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

    /** Up to this size, pages and indexes are checked at the start, which takes a second or two. */
    private static final long CHECK_LIMIT = 64L * ByteSize.MIB;

    /**
     * The disk could not read something, or may not have written it. Full disks, missing rights and locks are other
     * cases. After a failed write the kernel drops the data and reports the next sync as a success.
     */
    private static final Set<SQLiteErrorCode> UNREADABLE_OR_UNSAVED = EnumSet.of(
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_IOERR_READ,
            SQLiteErrorCode.SQLITE_IOERR_SHORT_READ,
            SQLiteErrorCode.SQLITE_IOERR_WRITE,
            SQLiteErrorCode.SQLITE_IOERR_FSYNC,
            SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC,
            SQLiteErrorCode.SQLITE_IOERR_TRUNCATE,
            SQLiteErrorCode.SQLITE_IOERR_FSTAT,
            SQLiteErrorCode.SQLITE_IOERR_CORRUPTFS);

    /** The database comes last: while it has its name, the other parts must not be left alone. */
    private static final List<String> PARTS = List.of("-shm", "-wal", "");

    private final Path path;

    public LedgerFile(Path path) {
        this.path = path;
    }

    /**
     * Opens the connection that writes. Creates a missing ledger, and brings the schema up to date.
     *
     * <p>A small file is checked page by page. For a large one this would take too long. There the application id, the
     * schema version and the length are checked. Damage inside appears later, as a {@link LedgerCorruptException}.
     */
    public Statements openForWriting() throws LedgerException {
        boolean existed = !create();
        Statements writer = open(existed ? "opened" : "created", WRITER_PRAGMAS);
        try {
            if (existed) {
                checkIdentity(writer);
            }
            if (LedgerSchema.version(writer) < LedgerSchema.VERSION) {
                migrate(writer);
            }
            checkVersion(writer);
            checkLength(writer);
            checkPages(writer);
            return writer;
        } catch (SQLException e) {
            closeAfter(e, writer);
            throw failure("checked", e);
        } catch (LedgerException | RuntimeException e) {
            closeAfter(e, writer);
            throw e;
        }
    }

    /** Opens a connection that cannot write. */
    public Statements openForReading() throws LedgerException {
        return open("opened for reading", READER_PRAGMAS);
    }

    /** Moves a damaged ledger out of the way. Appends {@code suffix} to the names of its files. */
    static void setAside(Path path, String suffix) throws IOException {
        for (String part : PARTS) {
            Path file = path.resolveSibling(path.getFileName() + part);
            if (Files.exists(file)) {
                Files.move(file, file.resolveSibling(file.getFileName() + suffix), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /** Removes a ledger that holds nothing of value. */
    public static void remove(Path path) throws IOException {
        for (String part : PARTS) {
            Files.deleteIfExists(path.resolveSibling(path.getFileName() + part));
        }
    }

    // NORMAL: a commit does not wait for the disk. A power failure can take the newest commits; the log still has them.
    // The ledger runs its own checkpoints, because SQLite does not report a failure of an automatic one. A checkpoint
    // reuses the space of the WAL.
    private static final List<String> WRITER_PRAGMAS = List.of(
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = NORMAL",
            "PRAGMA wal_autocheckpoint = 0",
            "PRAGMA journal_size_limit = 67108864",
            "PRAGMA cache_size = -32768",
            "PRAGMA temp_store = MEMORY");

    private static final List<String> READER_PRAGMAS =
            List.of("PRAGMA query_only = ON", "PRAGMA cache_size = -4096", "PRAGMA temp_store = MEMORY");

    private Statements open(String verb, List<String> pragmas) throws LedgerException {
        Connection connection;
        try {
            connection = new SingleFile().getConnection();
        } catch (SQLException e) {
            throw failure(verb, e);
        }
        try (Statement statement = connection.createStatement()) {
            for (String pragma : pragmas) {
                statement.execute(pragma);
            }
            return new Statements(connection);
        } catch (SQLException e) {
            closeAfter(e, connection);
            throw failure(verb, e);
        }
    }

    /**
     * Creates the file if it is missing, readable by its owner only.
     *
     * @return whether the file was created
     */
    private boolean create() throws LedgerException {
        try {
            if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(path);
            }
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new LedgerException("the ledger " + path + " cannot be created: " + e, e);
        }
    }

    private void checkIdentity(Statements database) throws SQLException, LedgerException {
        long id = database.number("PRAGMA application_id");
        if (id != APPLICATION_ID) {
            throw new LedgerCorruptException(
                    "the file " + path + " is not a ledger: its application id is " + id + ", not " + APPLICATION_ID,
                    null);
        }
    }

    private void migrate(Statements writer) throws LedgerException {
        try {
            LedgerSchema.migrate(writer);
        } catch (SQLException e) {
            throw failure("brought up to date", e);
        }
    }

    private void checkVersion(Statements database) throws SQLException, LedgerException {
        long version = LedgerSchema.version(database);
        if (version != LedgerSchema.VERSION) {
            throw new LedgerException(
                    "the ledger " + path + " has schema version " + version + ", this gateway knows "
                            + LedgerSchema.VERSION + ": a newer version of the gateway wrote it, start that version",
                    null);
        }
    }

    private void checkLength(Statements database) throws SQLException, LedgerException {
        if (!emptyWriteAheadLog(database)) {
            return; // a reader holds an older state: the rest may still be in the write-ahead log
        }
        long expected = database.number("PRAGMA page_count") * database.number("PRAGMA page_size");
        if (size() < expected) {
            throw new LedgerCorruptException(
                    "the ledger " + path + " is cut short: it has " + size() + " bytes of " + expected, null);
        }
    }

    private static boolean emptyWriteAheadLog(Statements database) throws SQLException {
        try (ResultSet row = database.query("PRAGMA wal_checkpoint(PASSIVE)")) {
            return row.next() && row.getInt(1) == 0 && row.getLong(2) == row.getLong(3);
        }
    }

    private void checkPages(Statements database) throws SQLException, LedgerException {
        if (size() > CHECK_LIMIT) {
            return;
        }
        try (ResultSet row = database.query("PRAGMA integrity_check(1)")) {
            String verdict = row.next() ? row.getString(1) : "no answer";
            if (!"ok".equals(verdict)) {
                throw new LedgerCorruptException("the ledger " + path + " is damaged: " + verdict, null);
            }
        }
    }

    private long size() throws LedgerException {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw new LedgerCorruptException("the size of the ledger " + path + " cannot be read: " + e, e);
        }
    }

    /** Translates a failure into an exception that says what it means and what to do. */
    public LedgerException failure(String verb, SQLException e) {
        SQLiteErrorCode code = e instanceof SQLiteException sqlite ? sqlite.getResultCode() : null;
        String what = "the ledger " + path + " could not be " + verb + ": ";
        if (code != null && UNREADABLE_OR_UNSAVED.contains(code)) {
            return new LedgerCorruptException(
                    what + "the disk failed (" + e.getMessage() + "); the ledger's content is uncertain", e);
        }
        return switch (code == null ? 0 : code.code & 0xff) {
            case 11, 26 -> new LedgerCorruptException(what + "it is damaged (" + e.getMessage() + ")", e);
            case 5, 6 ->
                new LedgerException(
                        what + "another process holds its lock, waited " + BUSY_TIMEOUT.toSeconds()
                                + " s; close any second gateway or database shell on this spool",
                        e);
            case 9 -> new LedgerException(what + "it took too long; narrow the search", e);
            case 13 -> new LedgerException(what + "the disk is full", e);
            default -> new LedgerException(what + e.getMessage(), e);
        };
    }

    private static void closeAfter(Exception failure, AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    /** Opens connections to this file. They wait for a lock instead of failing at once. */
    private final class SingleFile extends SQLiteDataSource {

        SingleFile() {
            setUrl("jdbc:sqlite:" + path.toAbsolutePath());
            getConfig().setBusyTimeout((int) BUSY_TIMEOUT.toMillis());
            // The driver would ask for the last key after each INSERT. Who wants a key says RETURNING.
            getConfig().setGetGeneratedKeys(false);
        }

        @Override
        public Connection getConnection() throws SQLException {
            @Nullable Connection connection = super.getConnection();
            if (connection == null) {
                throw new SQLException("no driver for " + getUrl());
            }
            return connection;
        }
    }
}
