package org.dicomgateway.spool.engine;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;

/** The identity of a spool, by which its replica knows it. A spool that is made anew has another one. */
final class SpoolIdentity {

    private static final int LENGTH = 36;

    private SpoolIdentity() {}

    /** Reads the identity of the spool, and gives it one if it has none. Durable on return. */
    static UUID of(Disk disk, Folders folders) throws IOException {
        Path path = folders.identity();
        try (DiskFile file = disk.read(path)) {
            ByteBuffer text = ByteBuffer.allocate(LENGTH);
            file.readFully(text, 0);
            return UUID.fromString(new String(text.array(), StandardCharsets.US_ASCII));
        } catch (NoSuchFileException e) {
            return create(disk, folders);
        } catch (EOFException | IllegalArgumentException e) {
            throw new IOException(
                    path + " does not contain the identity of a spool: restore it, or delete it. Without it, the "
                            + "cluster takes this spool for a new one and sends what is in it again",
                    e);
        }
    }

    private static UUID create(Disk disk, Folders folders) throws IOException {
        UUID identity = UUID.randomUUID();
        Path part = folders.identity().resolveSibling(folders.identity().getFileName() + Folders.PART);
        disk.delete(part);
        try (DiskFile file = disk.create(part)) {
            ByteBuffer text = ByteBuffer.wrap(identity.toString().getBytes(StandardCharsets.US_ASCII));
            file.writeFully(new ByteBuffer[] {text}, 0);
            file.sync();
        }
        disk.rename(part, folders.identity());
        disk.syncDirectory(folders.root());
        return identity;
    }
}
