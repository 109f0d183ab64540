package org.dicomgateway.orthanc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of the one part of a multipart body (RFC 2046 5.1), while it is read. At most a window of it is in
 * memory. When the body ends within the part, or another part follows, reading throws.
 */
final class SinglePart extends InputStream {

    private static final int WINDOW = 64 << 10;
    private static final int MAX_HEAD = 16 << 10;
    /** RFC 2046 allows 70 characters. */
    private static final Pattern BOUNDARY =
            Pattern.compile(";\\s*boundary=(?:\"([^\"]{1,70})\"|([^\";,\\s]{1,70}))", Pattern.CASE_INSENSITIVE);

    private final InputStream body;
    private final byte[] delimiter;
    private final byte[] window = new byte[WINDOW];
    private int from;
    private int end;
    /** Up to here it is content for certain. */
    private int certain;

    private boolean over;

    private SinglePart(InputStream body, String boundary) {
        this.body = new BufferedInputStream(body, WINDOW);
        this.delimiter = ("\r\n--" + boundary).getBytes(ISO_8859_1);
    }

    /**
     * Reads everything before the content.
     *
     * @param body closed together with the part
     * @param contentType of the body
     */
    static SinglePart of(InputStream body, String contentType) throws IOException {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!contentType.toLowerCase(Locale.ROOT).startsWith("multipart/related") || !boundary.find()) {
            throw new IOException("the server did not answer with multipart/related, as it was asked");
        }
        SinglePart part = new SinglePart(body, boundary.group(1) == null ? boundary.group(2) : boundary.group(1));
        part.readHead();
        return part;
    }

    /** Skips a preamble, the first delimiter, and the header fields of the part. */
    private void readHead() throws IOException {
        String first = new String(delimiter, 2, delimiter.length - 2, ISO_8859_1);
        int left = MAX_HEAD;
        boolean inPart = false;
        while (true) {
            String line = readLine(left);
            left -= line.length() + 2;
            if (inPart && line.isEmpty()) {
                return;
            }
            inPart |= line.stripTrailing().equals(first);
        }
    }

    private String readLine(int most) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = body.read(); b != '\n'; b = body.read()) {
            if (b < 0) {
                throw new EOFException("the server's answer has no part");
            }
            if (line.length() >= most) {
                throw new IOException("the server's answer has no part within its first " + MAX_HEAD + " bytes");
            }
            line.append((char) b);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

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
        int content = over ? 0 : content();
        if (content == 0) {
            return -1;
        }
        int n = Math.min(len, content);
        System.arraycopy(window, from, b, off, n);
        from += n;
        return n;
    }

    /** How many bytes of the window are content for certain; 0 at the delimiter, after which the body is checked. */
    private int content() throws IOException {
        while (from == certain) {
            certain = find();
            if (from < certain) {
                break;
            }
            if (end - from >= delimiter.length) {
                checkLast();
                over = true;
                return 0;
            }
            fill();
        }
        return certain - from;
    }

    /** Where the delimiter begins, or could begin; the end of the window when it cannot. */
    private int find() {
        for (int at = from; at < end; at++) {
            if (window[at] == '\r' && couldBeDelimiter(at)) {
                return at;
            }
        }
        return end;
    }

    private boolean couldBeDelimiter(int at) {
        int length = Math.min(delimiter.length, end - at);
        return Arrays.equals(window, at, at + length, delimiter, 0, length);
    }

    private void fill() throws IOException {
        System.arraycopy(window, from, window, 0, end - from);
        end -= from;
        from = 0;
        certain = 0;
        int n = body.read(window, end, window.length - end);
        if (n < 0) {
            throw new EOFException("the server's answer ends within the instance");
        }
        end += n;
    }

    private void checkLast() throws IOException {
        from += delimiter.length;
        while (end - from < 2) {
            fill();
        }
        if (window[from] != '-' || window[from + 1] != '-') {
            throw new IOException("the server sent more than the one instance that it was asked for");
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
