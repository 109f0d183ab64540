package org.dicomgateway.receive.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class MultipartTest {

    private static final String BOUNDARY = "b0und-ary";

    /** Any parts, in which the boundary or pieces of it occur, arrive as they were sent, whatever pieces bytes come in. */
    @Property(tries = 600)
    void parts_are_read_as_they_were_sent(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int count)
            throws IOException {
        Random random = new Random(seed);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(nearlyBoundaries(random));
        }
        byte[] body = body(parts);
        Multipart multipart = new Multipart(new Pieces(body, random), BOUNDARY);
        for (byte[] part : parts) {
            Multipart.Part read = multipart.next().orElseThrow();
            assertThat(read.headers()).containsEntry("content-type", "application/dicom");
            assertThat(read.content().readAllBytes()).isEqualTo(part);
        }
        assertThat(multipart.next()).isEmpty();
    }

    @Property(tries = 200)
    void what_is_not_read_of_a_part_is_passed_over(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] first = nearlyBoundaries(random);
        byte[] second = nearlyBoundaries(random);
        Multipart multipart = new Multipart(new Pieces(body(List.of(first, second)), random), BOUNDARY);
        InputStream content = multipart.next().orElseThrow().content();
        byte[] some = content.readNBytes(random.nextInt(first.length + 1));
        assertThat(some).isEqualTo(Arrays.copyOf(first, some.length));
        assertThat(multipart.next().orElseThrow().content().readAllBytes()).isEqualTo(second);
        assertThat(multipart.next()).isEmpty();
    }

    /** Wherever a body ends too early: no part ends before all of it is there, and the body is a failure. */
    @Test
    void a_body_that_was_cut_anywhere_is_a_failure() {
        byte[] first = "first\r\n--b0und".getBytes(StandardCharsets.US_ASCII);
        byte[] second = "second".getBytes(StandardCharsets.US_ASCII);
        byte[] whole = body(List.of(first, second));
        // The line break after the last boundary has no meaning.
        for (int length = 0; length < whole.length - 2; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            List<byte[]> complete = new ArrayList<>();
            assertThatThrownBy(() -> readAll(cut, complete))
                    .as("after %s bytes", cut.length)
                    .isInstanceOf(IOException.class);
            assertThat(complete).hasSizeLessThanOrEqualTo(2);
            if (!complete.isEmpty()) {
                assertThat(complete.get(0)).isEqualTo(first);
            }
            if (complete.size() > 1) {
                assertThat(complete.get(1)).isEqualTo(second);
            }
        }
    }

    /** Random bytes in the place of some: an answer or a failure, and never more than is there. */
    @Property(tries = 1_000)
    void a_damaged_body_does_no_harm(@ForAll @LongRange(min = 0) long seed) {
        Random random = new Random(seed);
        byte[] body = body(List.of(nearlyBoundaries(random), nearlyBoundaries(random)));
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        List<byte[]> read = new ArrayList<>();
        try {
            readAll(body, read);
        } catch (IOException e) {
            // As it should be.
        }
        assertThat(read.stream().mapToInt(part -> part.length).sum()).isLessThan(body.length);
    }

    @Test
    void a_header_that_does_not_end_is_a_failure_within_its_limit() {
        CountedStream endless = new CountedStream("--" + BOUNDARY + "\r\nX-Bomb: ", 'a');
        assertThatThrownBy(() -> new Multipart(endless, BOUNDARY).next()).isInstanceOf(IOException.class);
        assertThat(endless.count).isLessThan(64 * 1024);
    }

    @Test
    void many_small_headers_are_a_failure_within_the_limit() {
        CountedStream endless = new CountedStream("--" + BOUNDARY + "\r\n", "a: b\r\n");
        assertThatThrownBy(() -> new Multipart(endless, BOUNDARY).next()).isInstanceOf(IOException.class);
        assertThat(endless.count).isLessThan(64 * 1024);
    }

    @Test
    void a_body_without_a_part_is_given_up() {
        CountedStream endless = new CountedStream("", 'x');
        assertThatThrownBy(() -> new Multipart(endless, BOUNDARY).next())
                .hasMessage("no part begins within 65536 bytes");
        assertThat(endless.count).isLessThan(128 * 1024);
    }

    @Test
    void a_body_that_goes_on_after_its_end_is_given_up() throws IOException {
        byte[] body = body(List.of(new byte[3]));
        CountedStream endless = new CountedStream(new String(body, StandardCharsets.ISO_8859_1), 'x');
        Multipart multipart = new Multipart(endless, BOUNDARY);
        assertThat(multipart.next()).isPresent();
        assertThatThrownBy(multipart::next).hasMessage("the body goes on after its last boundary");
        assertThat(endless.count).isLessThan(256 * 1024);
    }

    private static void readAll(byte[] body, List<byte[]> complete) throws IOException {
        Multipart multipart = new Multipart(new ByteArrayInputStream(body), BOUNDARY);
        for (Optional<Multipart.Part> part = multipart.next(); part.isPresent(); part = multipart.next()) {
            complete.add(part.get().content().readAllBytes());
        }
    }

    private static byte[] body(List<byte[]> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(ascii("\r\n--" + BOUNDARY + "\r\nContent-Type: application/dicom\r\n\r\n"));
            out.writeBytes(part);
        }
        out.writeBytes(ascii("\r\n--" + BOUNDARY + "--\r\n"));
        return out.toByteArray();
    }

    private static byte[] nearlyBoundaries(Random random) {
        String delimiter = "\r\n--" + BOUNDARY;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int pieces = random.nextInt(60);
        for (int i = 0; i < pieces; i++) {
            switch (random.nextInt(4)) {
                case 0 -> out.writeBytes(ascii(delimiter.substring(0, random.nextInt(delimiter.length()))));
                case 1 -> out.writeBytes(ascii("--" + BOUNDARY + (random.nextBoolean() ? "--" : "\r\n")));
                case 2 -> out.write(random.nextBoolean() ? '\r' : '\n');
                default -> {
                    byte[] some = new byte[random.nextInt(3_000)];
                    random.nextBytes(some);
                    out.writeBytes(some);
                }
            }
        }
        String text = out.toString(StandardCharsets.ISO_8859_1);
        // A sender chooses a boundary that does not occur; without the line break before it, it may.
        return (text.startsWith("--" + BOUNDARY) ? "." + text : text)
                .replace(delimiter, "\r\n-" + BOUNDARY)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Gives its bytes in random pieces. */
    private static final class Pieces extends ByteArrayInputStream {

        private final Random random;

        Pieces(byte[] bytes, Random random) {
            super(bytes);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] b, int off, int len) {
            int most = random.nextBoolean() ? 1 + random.nextInt(12) : 1 + random.nextInt(5_000);
            return super.read(b, off, Math.min(len, most));
        }
    }

    /** A beginning, and then the same without end. */
    private static final class CountedStream extends InputStream {

        private final byte[] begin;
        private final byte[] rest;
        private int count;

        CountedStream(String begin, char rest) {
            this(begin, String.valueOf(rest));
        }

        CountedStream(String begin, String rest) {
            this.begin = ascii(begin);
            this.rest = ascii(rest);
        }

        @Override
        public int read() {
            int at = count++;
            return at < begin.length ? begin[at] : rest[(at - begin.length) % rest.length];
        }

        @Override
        public int read(byte[] into, int offset, int max) {
            for (int i = 0; i < max; i++) {
                into[offset + i] = (byte) read();
            }
            return max;
        }
    }
}
