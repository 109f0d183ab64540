package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Every file operation of the log and of the spool's own files. Thin on purpose: it is where tests make the n-th
 * operation fail, the disk full, or the power go.
 *
 * <p>A name (after {@link #create}, {@link #rename}, {@link #delete}) survives a power failure only after
 * {@link #syncDirectory}, bytes only after {@link DiskFile#sync}.
 */
public interface Disk {

    /** A new file, readable and writable by its owner only. Fails when the name is taken. */
    DiskFile create(Path file) throws IOException;

    /** An existing file, to be read. @throws NoSuchFileException when there is none */
    DiskFile read(Path file) throws IOException;

    /** An existing file, to be written over. @throws NoSuchFileException when there is none */
    DiskFile update(Path file) throws IOException;

    /** Gives a file another name within the file system, atomically. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file. @return false when there was none */
    boolean delete(Path file) throws IOException;

    /** The names in a directory, in no order. */
    List<String> list(Path directory) throws IOException;

    /** A directory with its parents, open to its owner only, durable; nothing happens when it is there. */
    void createDirectory(Path directory) throws IOException;

    /** Makes the names in a directory durable. */
    void syncDirectory(Path directory) throws IOException;

    /** When a file was last written to. @throws NoSuchFileException when there is none */
    Instant lastModified(Path file) throws IOException;

    /** Bytes that may still be written to the file system that holds this directory. */
    long usableSpace(Path directory) throws IOException;

    /** Whether an operation failed for want of room. The JDK tells it only in words. */
    static boolean isFull(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }
}
