package org.dicomgateway.spool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SQLite driver unpacks its library, a megabyte, into the folder for temporary files at every start, and removes it
 * when the JVM ends in order. A process that was killed leaves it there for ever, so that a gateway which is killed
 * often would fill that disk.
 *
 * <p>To remove one that another process has loaded does no harm: the kernel keeps the file while it is mapped. One that
 * is being unpacked at this moment is younger than {@link #UNPACKED}.
 */
final class LeftLibraries {

    private static final Logger LOG = LoggerFactory.getLogger(LeftLibraries.class);

    /** A library of this age is loaded, or left behind. */
    static final Duration UNPACKED = Duration.ofMinutes(1);

    private static final String NAMES = "sqlite-*-*sqlitejdbc*";

    private LeftLibraries() {}

    /** Removes those in this folder. What cannot be removed stays: it is somebody else's. */
    static void remove(Path folder, Instant now) {
        int removed = 0;
        try (DirectoryStream<Path> libraries = Files.newDirectoryStream(folder, NAMES)) {
            for (Path library : libraries) {
                if (isLeft(library, now)) {
                    Files.deleteIfExists(library);
                    removed++;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("what the SQLite driver left in {} cannot be removed", folder, e);
        }
        if (removed > 0) {
            LOG.info(
                    "{} files that the SQLite driver of a killed process had left in {} were removed", removed, folder);
        }
    }

    private static boolean isLeft(Path library, Instant now) throws IOException {
        return Files.isRegularFile(library)
                && Files.getLastModifiedTime(library).toInstant().isBefore(now.minus(UNPACKED));
    }
}
