package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.dicomgateway.dicom.values.Text;
import org.jspecify.annotations.Nullable;

/**
 * Ensures that only one process has the spool open. The lock file contains its process id. The kernel releases the lock
 * when the process ends.
 */
public final class SpoolLock implements AutoCloseable {

    private final FileChannel channel;

    private SpoolLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock and keeps it until {@link #close}.
     *
     * @throws IOException when another process has the lock; the message names the process
     */
    public static SpoolLock take(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        boolean done = false;
        try {
            if (tryLock(channel) == null) {
                throw new IOException("the spool " + file.getParent() + " is in use by process " + holder(channel)
                        + ": stop that gateway, or give this one another spool.directory");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            done = true;
            return new SpoolLock(channel);
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this process has the lock
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
        return text.isEmpty() ? "(unknown)" : Text.printable(text, 20);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
