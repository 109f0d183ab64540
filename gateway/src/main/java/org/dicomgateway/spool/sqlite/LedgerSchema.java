package org.dicomgateway.spool.sqlite;

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
import org.flywaydb.core.api.logging.LogFactory;
import org.flywaydb.core.api.logging.LogLevel;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/**
 * Brings the schema of a ledger up to date.
 *
 * <p>The migrations are listed here; nothing scans the class path. So the start is quick, and the same from a folder of
 * classes and from a jar.
 */
final class LedgerSchema {

    /**
     * The migrations in order. Never edit a released migration; add a new one. Each one ends by setting
     * {@code user_version} to its number.
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

    /**
     * The {@code user_version} of a ledger that needs no migration. Checking it first saves half a second to load the
     * library.
     */
    static final int VERSION = MIGRATIONS.size();

    private LedgerSchema() {}

    /**
     * Applies the missing migrations.
     *
     * @throws org.flywaydb.core.api.FlywayException when the database refuses, or contains a migration that this
     *     version of the gateway does not know
     */
    static void migrate(DataSource database) {
        LogFactory.setLogLevel(LogLevel.WARN);
        Flyway.configure()
                .dataSource(database)
                .locations(new String[0])
                .resourceProvider(new OwnMigrations())
                .javaMigrationClassProvider(List::of)
                .callbackLocations(new String[0])
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

    /** A script next to this class. */
    private static final class Migration extends LoadableResource {

        private final String name;

        Migration(String name) {
            this.name = name;
        }

        @Override
        public Reader read() {
            try (InputStream script = LedgerSchema.class.getResourceAsStream(name)) {
                if (script == null) {
                    throw new IllegalStateException("the migration " + name + " is missing from this build");
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
}
