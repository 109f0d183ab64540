package org.dicomgateway.spool.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.ByteSize;

/** The real disk: a POSIX file system. */
public final class LocalDisk implements Disk {

    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<?> NEW_FILE = PosixFilePermissions.asFileAttribute(FILE);
    private static final FileAttribute<?> NEW_DIRECTORY = PosixFilePermissions.asFileAttribute(DIRECTORY);
    private static final Set<? extends OpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);

    @Override
    public DiskFile create(Path file) throws IOException {
        return new LocalFile(FileChannel.open(file, CREATE, NEW_FILE));
    }

    @Override
    public DiskFile read(Path file) throws IOException {
        return new LocalFile(FileChannel.open(file, StandardOpenOption.READ));
    }

    @Override
    public DiskFile update(Path file) throws IOException {
        return new LocalFile(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public boolean delete(Path file) throws IOException {
        return Files.deleteIfExists(file);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            if (Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_WRITE)) {
                // Anyone who can write here can plant links, and make the gateway read and write elsewhere.
                throw new IOException(
                        directory + " can be written by everybody on this machine: chmod 700 " + directory);
            }
        } else {
            makeDurably(directory.toAbsolutePath());
        }
    }

    private void makeDurably(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            makeDurably(parent);
        }
        Files.createDirectory(directory, NEW_DIRECTORY);
        // The umask restricts the attribute above; a strict umask would lock the owner out.
        Files.setPosixFilePermissions(directory, DIRECTORY);
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Instant lastModified(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toInstant();
    }

    @Override
    public long usableSpace(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    private record LocalFile(FileChannel channel) implements DiskFile {

        private static final int ZEROS = ByteSize.MIB;

        @Override
        public long write(ByteBuffer[] buffers, int from, long position) throws IOException {
            channel.position(position);
            return channel.write(buffers, from, buffers.length - from);
        }

        @Override
        public int read(ByteBuffer buffer, long position) throws IOException {
            return channel.read(buffer, position);
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void zeroFill(long length) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS, length));
            for (long at = 0; at < length; ) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), length - at));
                at += channel.write(zeros, at);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
