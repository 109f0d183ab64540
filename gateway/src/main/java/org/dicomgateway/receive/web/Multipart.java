package org.dicomgateway.receive.web;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.dicomgateway.dicom.values.ByteSize;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Takes the body of a {@code multipart} message apart (RFC 2046 5.1), one part after the other, while it arrives. Needs
 * the same few kilobytes for every body: what does not end is read no further than the limits.
 */
final class Multipart {

    private static final int BUFFER = 16 * ByteSize.KIB;

    /** All header fields of a part together. */
    static final int MAX_HEADERS = 8 * ByteSize.KIB;

    /** What comes before the first part, and after the last one: it has no meaning. */
    static final int MAX_AROUND = 64 * ByteSize.KIB;

    private sealed interface Event {
        record Begin(Map<String, String> headers) implements Event {}

        record Bytes(ByteBuffer bytes) implements Event {}

        record End() implements Event {}
    }

    private final InputStream body;
    private final MultiPart.Parser parser;
    private final byte[] buffer = new byte[BUFFER];
    private final Queue<Event> events = new ArrayDeque<>();
    private @Nullable IOException failure;
    private boolean begun;
    private boolean complete;
    private long before;

    /**
     * A body that is not read yet.
     *
     * @param maxParts the most parts; one more is a failure
     */
    Multipart(InputStream body, String boundary, int maxParts) {
        this.body = body;
        this.parser = new MultiPart.Parser(boundary, new Listener());
        parser.setMaxParts(maxParts);
        parser.setPartHeadersMaxLength(MAX_HEADERS);
    }

    /**
     * One part.
     *
     * @param headers its header fields, by their names in lower case
     * @param content its content; ends with the part
     */
    record Part(Map<String, String> headers, InputStream content) {}

    /**
     * The next part; what is left of the one before is read and forgotten. Empty: that was the last one, and the whole
     * body is read.
     *
     * @throws IOException when the body is broken, or does not arrive
     */
    Optional<Part> next() throws IOException {
        while (true) {
            @Nullable Event event = events.poll();
            if (event instanceof Event.Begin begin) {
                return Optional.of(new Part(begin.headers, new PartContent()));
            }
            if (event == null) {
                if (complete) {
                    readEpilogue();
                    return Optional.empty();
                }
                fill();
            }
        }
    }

    /** Why the body cannot be read; null: it could be until now. */
    @Nullable
    IOException failure() {
        return failure;
    }

    private void fill() throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            int n = body.read(buffer);
            parser.parse(n < 0 ? Content.Chunk.EOF : Content.Chunk.from(ByteBuffer.wrap(buffer, 0, n), false));
            if (n < 0 && !complete && failure == null) {
                throw new EOFException("the body ends without its last boundary");
            }
            before += begun ? 0 : n;
            if (before > MAX_AROUND) {
                throw new IOException("no part begins within " + MAX_AROUND + " bytes");
            }
        } catch (IOException e) {
            failure = e;
        }
        if (failure != null && events.isEmpty()) {
            throw failure;
        }
    }

    private void readEpilogue() throws IOException {
        try {
            for (int n = 0, all = 0; n >= 0; n = body.read(buffer)) {
                all += n;
                if (all > MAX_AROUND) {
                    throw new IOException("the body goes on after its last boundary");
                }
            }
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** The content of the current part. */
    private final class PartContent extends InputStream {

        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (len == 0) {
                return 0;
            }
            while (!ended) {
                @Nullable Event event = events.peek();
                if (event == null) {
                    fill();
                } else if (event instanceof Event.Bytes bytes && bytes.bytes.hasRemaining()) {
                    int n = Math.min(len, bytes.bytes.remaining());
                    bytes.bytes.get(b, off, n);
                    return n;
                } else {
                    ended = event instanceof Event.End;
                    events.poll();
                }
            }
            return -1;
        }
    }

    /** Puts what the parser finds in a row. The bytes are those of the buffer, which waits until all are taken. */
    private final class Listener implements MultiPart.Parser.Listener {

        private Map<String, String> headers = new HashMap<>();

        @Override
        public void onPartBegin() {
            begun = true;
            headers = new HashMap<>();
        }

        @Override
        public void onPartHeader(String name, String value) {
            headers.put(name.toLowerCase(Locale.ROOT), value);
        }

        @Override
        public void onPartHeaders() {
            events.add(new Event.Begin(headers));
        }

        @Override
        public void onPartContent(Content.Chunk chunk) {
            if (chunk.hasRemaining()) {
                events.add(new Event.Bytes(chunk.getByteBuffer().slice()));
            }
        }

        @Override
        public void onPartEnd() {
            events.add(new Event.End());
        }

        @Override
        public void onComplete() {
            complete = true;
        }

        @Override
        public void onFailure(Throwable why) {
            failure = new IOException(String.valueOf(why.getMessage()), why);
        }
    }
}
