package org.dicomgateway.spool;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogFactory;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema of a ledger up to date.
 *
 * <p>The migrations are named here instead of being looked for: nothing scans the class path, so the start is quick and
 * the same from a folder of classes and from one jar.
 */
final class LedgerSchema {

    /** In order. One that was released is never edited: what changes is the next one's work. */
    private static final List<String> MIGRATIONS = List.of("V1__ledger.sql");

    private LedgerSchema() {}

    /**
     * Applies the migrations that are missing.
     *
     * @throws org.flywaydb.core.api.FlywayException when the database refuses, or holds a migration that this version
     *     of the gateway does not know
     */
    static void migrate(DataSource database) {
        LogFactory.setLogCreator(type -> new QuietLog(LoggerFactory.getLogger(type)));
        Flyway.configure()
                .dataSource(database)
                .locations(new String[0])
                .resourceProvider(new OwnMigrations())
                .javaMigrationClassProvider(List::of)
                .skipDefaultCallbacks(true)
                .ignoreMigrationPatterns(new String[0])
                .load()
                .migrate();
    }

    private static final class OwnMigrations implements ResourceProvider {

        @Override
        public @Nullable LoadableResource getResource(String name) {
            return MIGRATIONS.contains(name) ? new Migration(name) : null;
        }

        @Override
        public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
            return MIGRATIONS.stream()
                    .filter(name ->
                            name.startsWith(prefix) && Stream.of(suffixes).anyMatch(name::endsWith))
                    .<LoadableResource>map(Migration::new)
                    .toList();
        }
    }

    /** A script beside this class. */
    private static final class Migration extends LoadableResource {

        private final String name;

        Migration(String name) {
            this.name = name;
        }

        @Override
        public Reader read() {
            try (InputStream script = LedgerSchema.class.getResourceAsStream(name)) {
                if (script == null) {
                    throw new IllegalStateException("the migration " + name + " is missing in this build");
                }
                return new StringReader(new String(script.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException("the migration " + name + " cannot be read", e);
            }
        }

        @Override
        public String getAbsolutePath() {
            return name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return name;
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }

    /** What the library wants to tell: only what somebody must know. */
    private record QuietLog(Logger log) implements Log {

        @Override
        public void debug(String message) {
            log.debug(message);
        }

        @Override
        public void info(String message) {
            log.debug(message);
        }

        @Override
        public void notice(String message) {
            log.debug(message);
        }

        @Override
        public void warn(String message) {
            log.warn(message);
        }

        @Override
        public void error(String message) {
            log.error(message);
        }

        @Override
        public void error(String message, Exception cause) {
            log.error(message, cause);
        }
    }
}
