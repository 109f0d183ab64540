package org.dicomgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.audit.Journal.Position;

/** How far the trail was sent to the syslog server, stored on disk. */
final class Cursor {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,12}) (\\d{1,12})\\s*");

    private final Path file;

    Cursor(Path folder) {
        this.file = folder.resolve("sent");
    }

    /** The position after the last message that was sent. Empty when none was sent. */
    Optional<Position> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Matcher text = TEXT.matcher(Files.readString(file));
        return text.matches()
                ? Optional.of(new Position(Long.parseLong(text.group(1)), Long.parseLong(text.group(2))))
                : Optional.empty();
    }

    /** Stores a position. After a crash, the file holds this position or the previous one. */
    void write(Position position) throws IOException {
        Path part = file.resolveSibling("sent.part");
        Files.deleteIfExists(part);
        try (FileChannel channel = FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(
                    (position.file() + " " + position.offset() + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
