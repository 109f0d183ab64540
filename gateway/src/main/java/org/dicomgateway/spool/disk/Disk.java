package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Every file operation of the log and of the spool's own files. This layer is thin on purpose: here tests make the n-th
 * operation fail, fill the disk, or cut the power.
 *
 * <p>A name (after {@link #create}, {@link #rename}, {@link #delete}) survives a power failure only after
 * {@link #syncDirectory}; bytes only after {@link DiskFile#sync}.
 */
public interface Disk {

    /** Creates a file that only its owner can read and write. Fails when the name exists. */
    DiskFile create(Path file) throws IOException;

    /**
     * Opens an existing file for reading.
     *
     * @throws NoSuchFileException when the file does not exist
     */
    DiskFile read(Path file) throws IOException;

    /**
     * Opens an existing file for writing.
     *
     * @throws NoSuchFileException when the file does not exist
     */
    DiskFile update(Path file) throws IOException;

    /** Renames a file within the file system, atomically. */
    void rename(Path from, Path to) throws IOException;

    /**
     * Removes a file.
     *
     * @return false when the file did not exist
     */
    boolean delete(Path file) throws IOException;

    /** The names in a directory, unordered. */
    List<String> list(Path directory) throws IOException;

    /** Creates a directory and its parents durably, for its owner only. Does nothing when it exists. */
    void createDirectory(Path directory) throws IOException;

    /** Makes the names in a directory durable. */
    void syncDirectory(Path directory) throws IOException;

    /**
     * The time of the last write to a file.
     *
     * @throws NoSuchFileException when the file does not exist
     */
    Instant lastModified(Path file) throws IOException;

    /** Usable bytes on the file system of this directory. */
    long usableSpace(Path directory) throws IOException;

    /** Whether an operation failed because the disk is full. The JDK says this only in the message. */
    static boolean isFull(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }
}
