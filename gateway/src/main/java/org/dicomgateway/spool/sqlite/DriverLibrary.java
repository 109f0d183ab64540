package org.dicomgateway.spool.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Gives the SQLite driver its library, about a megabyte, in a private folder inside the spool. The process that holds
 * the spool's lock empties it: so the gateway removes only its own files, and no other user can plant a library there.
 * The driver would unpack it by itself, and then compare both byte by byte, which takes a tenth of a start.
 */
public final class DriverLibrary {

    /**
     * A property of the driver. An operator can set it, for a spool on a file system without execution, and then takes
     * care of that folder.
     */
    private static final String PROPERTY = "org.sqlite.tmpdir";

    private static final String LIBRARY_FOLDER = "org.sqlite.lib.path";
    private static final String LIBRARY_NAME = "org.sqlite.lib.name";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private DriverLibrary() {}

    /**
     * Empties this folder, unpacks the library there, and makes the driver use it. Does nothing if the property is
     * already set. The caller must hold the spool's lock.
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
        unpack(folder);
    }

    /** Where the driver has no library of this name for the machine, it looks for one by itself. */
    private static void unpack(Path folder) throws IOException {
        String name = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        try (InputStream library = LibraryLoaderUtil.class.getResourceAsStream(resource)) {
            if (library != null) {
                Files.copy(library, folder.resolve(name));
                System.setProperty(LIBRARY_FOLDER, folder.toAbsolutePath().toString());
                System.setProperty(LIBRARY_NAME, name);
            }
        }
    }
}
