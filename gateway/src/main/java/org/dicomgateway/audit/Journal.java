package org.dicomgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.ByteSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trail on disk: one message per line, UTF-8, in files {@code audit-NUMBER.xml} of bounded size. When all files
 * together are too large, the oldest are deleted. When {@link #append} returns, its messages are synced. The files
 * are also the buffer for the syslog server: positions stay valid over restarts. One thread appends; any thread may
 * read.
 */
final class Journal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private static final Pattern NAME = Pattern.compile("audit-(\\d{1,12})\\.xml");
    private static final int MAX_READ = ByteSize.MIB;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** A position between two messages. */
    record Position(long file, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            return file == other.file ? Long.compare(offset, other.offset) : Long.compare(file, other.file);
        }
    }

    /** A message, and the position after it. */
    record Entry(String message, Position next) {}

    private final Path folder;
    private final long fileSize;
    private final long totalSize;
    private FileChannel channel;
    private volatile Position end;

    private Journal(Path folder, long fileSize, long totalSize, long number) throws IOException {
        this.folder = folder;
        this.fileSize = fileSize;
        this.totalSize = totalSize;
        this.channel = open(number);
        this.end = new Position(number, wholeLines(channel));
        channel.truncate(end.offset).position(end.offset);
    }

    /** Opens the trail of a folder, or starts one. Cuts off a message that a crash left unfinished. */
    static Journal open(Path folder, long fileSize, long totalSize) throws IOException {
        Files.createDirectories(folder, OWNER_ONLY_FOLDER);
        Files.setPosixFilePermissions(folder, OWNER_ONLY_FOLDER.value());
        TreeSet<Long> numbers = new TreeSet<>(files(folder).keySet());
        return new Journal(folder, fileSize, totalSize, numbers.isEmpty() ? 1 : numbers.last());
    }

    /**
     * Writes messages and syncs them.
     *
     * @throws IOException when some of them may be missing
     */
    void append(List<String> messages) throws IOException {
        StringBuilder text = new StringBuilder();
        messages.forEach(message -> text.append(message).append('\n'));
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
        try {
            if (end.offset > 0 && end.offset + bytes.remaining() > fileSize) {
                rotate();
            }
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            channel.truncate(end.offset).position(end.offset);
            throw e;
        }
        end = new Position(end.file, channel.position());
    }

    private void rotate() throws IOException {
        long next = end.file + 1;
        FileChannel opened = open(next);
        channel.close();
        channel = opened;
        end = new Position(next, 0);
        NavigableMap<Long, Path> files = files(folder);
        long size = 0;
        for (var file : files.descendingMap().entrySet()) {
            size += Files.size(file.getValue());
            if (size > totalSize - fileSize && file.getKey() < next) {
                Files.delete(file.getValue());
                LOG.info(
                        "audit trail: {} was the oldest file and is deleted, to keep" + " gateway.audit.total-size",
                        file.getValue());
            }
        }
    }

    private FileChannel open(long number) throws IOException {
        Path file = folder.resolve("audit-" + number + ".xml");
        FileChannel opened = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                OWNER_ONLY_FILE);
        opened.position(opened.size());
        try (FileChannel directory = FileChannel.open(folder)) {
            directory.force(true);
        }
        return opened;
    }

    /** The position of the next message. */
    Position end() {
        return end;
    }

    /** The position of the oldest message. */
    Position begin() throws IOException {
        NavigableMap<Long, Path> files = files(folder);
        return new Position(files.isEmpty() ? end.file : files.firstKey(), 0);
    }

    /**
     * Some messages from a position on; empty at the end. When its file is deleted, reads from the next existing
     * file.
     */
    List<Entry> read(Position from) throws IOException {
        Position limit = end;
        Position at = from;
        while (at.compareTo(limit) < 0) {
            Path file = folder.resolve("audit-" + at.file + ".xml");
            List<Entry> entries = Files.exists(file) ? read(file, at, limit) : List.of();
            if (!entries.isEmpty()) {
                return entries;
            }
            Optional<Long> next = Optional.ofNullable(files(folder).higherKey(at.file));
            at = new Position(next.orElse(limit.file), 0);
        }
        return List.of();
    }

    private static List<Entry> read(Path file, Position from, Position limit) throws IOException {
        try (FileChannel reading = FileChannel.open(file, StandardOpenOption.READ)) {
            long last = from.file == limit.file ? limit.offset : reading.size();
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MAX_READ, Math.max(0, last - from.offset)));
            int read;
            do {
                read = reading.read(bytes, from.offset + bytes.position());
            } while (read > 0 && bytes.hasRemaining());
            List<Entry> entries = new ArrayList<>();
            int begin = 0;
            for (int i = 0; i < bytes.position(); i++) {
                if (bytes.get(i) == '\n') {
                    String message = new String(bytes.array(), begin, i - begin, StandardCharsets.UTF_8);
                    begin = i + 1;
                    entries.add(new Entry(message, new Position(from.file, from.offset + begin)));
                }
            }
            return entries;
        }
    }

    private static long wholeLines(FileChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        for (long length = channel.size(); length > 0; length--) {
            channel.read(one.clear(), length - 1);
            if (one.get(0) == '\n') {
                return length;
            }
        }
        return 0;
    }

    private static NavigableMap<Long, Path> files(Path folder) throws IOException {
        NavigableMap<Long, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.forEach(file -> {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    files.put(Long.parseLong(name.group(1)), file);
                }
            });
        }
        return files;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
