package org.dicomgateway.receive.web;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * Takes the body of a {@code multipart} message apart (RFC 2046 5.1), one part after the other, while it arrives.
 * Needs the same few kilobytes for every body: what does not end is read no further than the limits. Content is passed
 * on byte for byte, and what is not clearly a boundary or content is a failure.
 *
 * <p>Jetty has a parser for {@code multipart/form-data}. It is not used: with content that has nearly a boundary in it,
 * parts arrived changed in {@code MultipartTest}.
 */
final class Multipart {

    private static final int BUFFER = 32 * ByteSize.KIB;

    /** All header fields of a part together. */
    static final int MAX_HEADERS = 8 * ByteSize.KIB;

    /** What comes before the first part, and after the last one: it has no meaning. */
    static final int MAX_AROUND = 64 * ByteSize.KIB;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final long CARRIAGE_RETURNS = 0x0d0d0d0d0d0d0d0dL;
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private final InputStream body;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER];

    /** What is in the buffer, and not taken. */
    private int begin;

    private int end;

    /** Up to here it is content; at a delimiter, or as far as the bytes tell. */
    private int known;

    private boolean atDelimiter;

    private boolean last;
    private @Nullable PartContent current;
    private @Nullable IOException failure;

    /**
     * A body that is not read yet.
     *
     * @param boundary without a line break
     */
    Multipart(InputStream body, String boundary) {
        this.body = body;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        // The line break before the first delimiter may be missing.
        buffer[0] = '\r';
        buffer[1] = '\n';
        this.end = 2;
    }

    /**
     * One part.
     *
     * @param headers its header fields, by their names in lower case
     * @param content its content; ends with the part
     */
    record Part(Map<String, String> headers, InputStream content) {}

    /** Why the body cannot be read; null: it could be until now. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /**
     * The next part; what is left of the one before is read and forgotten. Empty: that was the last one, and the whole
     * body is read.
     *
     * @throws IOException when the body is broken, or does not arrive
     */
    Optional<Part> next() throws IOException {
        if (current == null) {
            passPreamble();
        } else {
            current.pass();
        }
        if (last) {
            passEpilogue();
            return Optional.empty();
        }
        Map<String, String> headers = headers();
        PartContent content = new PartContent();
        current = content;
        return Optional.of(new Part(headers, content));
    }

    private void passPreamble() throws IOException {
        long passed = 0;
        while (find()) {
            passed += known - begin;
            begin = known;
            if (passed > MAX_AROUND) {
                throw failed("no part begins within " + MAX_AROUND + " bytes");
            }
        }
        passDelimiter();
    }

    private void passEpilogue() throws IOException {
        int passed = end - begin;
        begin = end;
        for (int n = 0; n >= 0; n = receive(buffer, 0, BUFFER)) {
            passed += n;
            if (passed > MAX_AROUND) {
                throw failed("the body goes on after its last boundary");
            }
        }
    }

    /** Looks for content at the beginning of the buffer. False: a delimiter is there. */
    private boolean find() throws IOException {
        while (begin == known && !atDelimiter) {
            if (end - begin < delimiter.length) {
                fill();
            }
            scan();
        }
        return begin < known;
    }

    /** A delimiter has one line break, at its beginning: after a mismatch, no byte needs a second look. */
    private void scan() {
        for (int at = carriageReturn(known); at < end; at = carriageReturn(at)) {
            int same = 1;
            while (same < delimiter.length && at + same < end && buffer[at + same] == delimiter[same]) {
                same++;
            }
            if (same == delimiter.length) {
                known = at;
                atDelimiter = true;
                return;
            }
            if (at + same == end) {
                known = at;
                return;
            }
            at += same;
        }
        known = end;
    }

    /** Where the next one in the buffer is; the end, if there is none. Eight bytes a step: content is mostly pixels. */
    private int carriageReturn(int from) {
        int at = from;
        while (at + Long.BYTES <= end) {
            // A byte that is one becomes 0, and only with a zero byte among them is the highest bit of one set here.
            long others = (long) EIGHT_BYTES.get(buffer, at) ^ CARRIAGE_RETURNS;
            if ((others - LOWEST_BITS & ~others & HIGHEST_BITS) != 0) {
                break;
            }
            at += Long.BYTES;
        }
        while (at < end && buffer[at] != '\r') {
            at++;
        }
        return at;
    }

    /** Behind a delimiter comes the end of its line, or of the body. */
    private void passDelimiter() throws IOException {
        begin += delimiter.length;
        atDelimiter = false;
        byte first = take();
        while (first == ' ' || first == '\t') {
            first = take();
        }
        byte second = take();
        last = first == '-' && second == '-';
        if (!last && !(first == '\r' && second == '\n')) {
            throw failed("a boundary does not end");
        }
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        int size = 0;
        while (true) {
            StringBuilder line = new StringBuilder();
            for (byte b = take(); b != '\r'; b = take()) {
                line.append((char) (b & 0xFF));
                if (++size > MAX_HEADERS) {
                    throw failed("the header fields of a part have more than " + MAX_HEADERS + " bytes");
                }
            }
            size += 2;
            if (take() != '\n') {
                throw failed("a header field of a part is broken");
            }
            if (line.isEmpty()) {
                return headers;
            }
            int colon = line.indexOf(":");
            if (colon < 1 || headers.containsKey(line.substring(0, colon).toLowerCase(Locale.ROOT))) {
                throw failed("a header field of a part is broken");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
    }

    private byte take() throws IOException {
        if (begin == end) {
            fill();
        }
        byte taken = buffer[begin++];
        known = begin;
        return taken;
    }

    /** At least one more byte. */
    private void fill() throws IOException {
        if (failure != null) {
            throw failure;
        }
        System.arraycopy(buffer, begin, buffer, 0, end - begin);
        known -= begin;
        end -= begin;
        begin = 0;
        int n = receive(buffer, end, BUFFER - end);
        if (n < 0) {
            failure = new EOFException("the body ends without its last boundary");
            throw failure;
        }
        end += n;
    }

    private int receive(byte[] into, int offset, int length) throws IOException {
        try {
            return body.read(into, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private IOException failed(String why) {
        failure = new IOException(why);
        return failure;
    }

    /** The content of the current part. */
    private final class PartContent extends InputStream {

        private boolean ended;

        private void pass() throws IOException {
            while (!ended) {
                if (find()) {
                    begin = known;
                } else {
                    passDelimiter();
                    ended = true;
                }
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (ended) {
                return -1;
            }
            if (len == 0) {
                return 0;
            }
            if (!find()) {
                passDelimiter();
                ended = true;
                return -1;
            }
            int n = Math.min(len, known - begin);
            System.arraycopy(buffer, begin, b, off, n);
            begin += n;
            return n;
        }
    }
}
