package org.dicomgateway.cli.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.dicomgateway.dicom.values.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log line by line while another process writes it. When the log is rotated, it reads the old file to its end
 * and continues in the new one. For one thread.
 */
public final class LogTail implements AutoCloseable {

    private static final int CHUNK = 64 * ByteSize.KIB;

    private final Path path;
    private final byte[] chunk = new byte[CHUNK];
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private final Deque<String> lines = new ArrayDeque<>();
    private @Nullable InputStream in;
    private @Nullable Object key;
    private long read;

    /**
     * Opens a log at its start.
     *
     * @throws NoSuchFileException when the log does not exist
     */
    public LogTail(Path path) throws IOException {
        this.path = path;
        open();
    }

    /** The next complete line; empty when there is none yet. */
    public Optional<String> next() throws IOException {
        while (lines.isEmpty() && (readMore() || (isRotated() && reopen()))) {
            // until there is a complete line, or nothing more to read
        }
        return Optional.ofNullable(lines.poll());
    }

    private boolean readMore() throws IOException {
        InputStream open = in;
        int n = open == null ? -1 : open.read(chunk);
        if (n <= 0) {
            return false;
        }
        read += n;
        int begin = 0;
        for (int i = 0; i < n; i++) {
            if (chunk[i] == '\n') {
                partial.write(chunk, begin, i - begin);
                lines.add(partial.toString(StandardCharsets.UTF_8).stripTrailing());
                partial.reset();
                begin = i + 1;
            }
        }
        partial.write(chunk, begin, n - begin);
        return true;
    }

    /** Whether another file now has its name, or the file was truncated. */
    private boolean isRotated() throws IOException {
        try {
            return !keyOf().equals(key) || Files.size(path) < read;
        } catch (NoSuchFileException betweenTwo) {
            return false;
        }
    }

    private boolean reopen() throws IOException {
        try {
            open();
            return true;
        } catch (NoSuchFileException betweenTwo) {
            return false;
        }
    }

    private void open() throws IOException {
        close();
        in = Files.newInputStream(path);
        key = keyOf();
        read = 0;
        partial.reset();
    }

    private Object keyOf() throws IOException {
        Object inode = Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        return inode == null ? path : inode;
    }

    @Override
    public void close() throws IOException {
        InputStream open = in;
        in = null;
        if (open != null) {
            open.close();
        }
    }
}
