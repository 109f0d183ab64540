package org.dicomgateway.spool.sqlite;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Gives the SQLite driver a folder for its library. The driver unpacks the library, about a megabyte, at every start.
 * It removes the file only when the JVM ends normally; a killed process leaves it behind. Therefore the driver gets a
 * private folder inside the spool, and the process that holds the spool's lock empties it. So the gateway removes only
 * its own files, and no other user can plant a library there.
 */
public final class DriverLibrary {

    /**
     * A property of the driver. An operator can set it, for a spool on a file system without execution, and then takes
     * care of that folder.
     */
    private static final String PROPERTY = "org.sqlite.tmpdir";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private DriverLibrary() {}

    /**
     * Makes the driver use this folder, and empties the folder. Does nothing if the property is already set. The caller
     * must hold the spool's lock.
     */
    public static void unpackIn(Path folder) throws IOException {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(folder, PRIVATE);
        } else {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.delete(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        System.setProperty(PROPERTY, folder.toAbsolutePath().toString());
    }
}
