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
 * The SQLite driver unpacks its library, a megabyte, into a folder at every start, and removes it when the JVM ends by
 * itself. That of a process that was killed or halted stays there for ever. So it gets a folder of the spool's, for this user alone
 * and for nothing else, which is emptied by whoever has the spool: neither is anybody's file but ours ever removed, nor
 * can anybody put a library there for us to load.
 */
public final class DriverLibrary {

    /** Of the driver. An operator who sets it, for a spool on a file system without execution, looks after that folder. */
    private static final String PROPERTY = "org.sqlite.tmpdir";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private DriverLibrary() {}

    /** Has the driver use this folder, if it was not loaded yet, and empties it. The spool's lock must be held. */
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
