package org.dicomgateway.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.dicomgateway.bench.load.Pause;

/** What a gateway's forward log tells from some moment on: how many of an event, and over what time. */
final class ForwardLogTail {

    private static final Duration POLL = Duration.ofMillis(20);

    private final Path log;
    private final Map<String, Span> spans = new TreeMap<>();
    private long position;

    /** Of what is written from now on. */
    ForwardLogTail(Path log) {
        this.log = log;
        try {
            this.position = Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Events of one kind, and the first one's begin and the last one's end in milliseconds since 1970. */
    record Span(long count, long firstMillis, long lastMillis) {

        private static final Span NONE = new Span(0, Long.MAX_VALUE, Long.MIN_VALUE);

        double seconds() {
            return (lastMillis - firstMillis) / 1e3;
        }

        double perSecond() {
            return count / seconds();
        }

        private Span with(long begin, long end) {
            return new Span(count + 1, Math.min(firstMillis, begin), Math.max(lastMillis, end));
        }
    }

    /** Waits until there were so many of an event; {@code key}: {@code received}, or {@code delivered:orthanc1}. */
    Span await(String key, long count, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        Span span = now(key);
        while (span.count() < count) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "after " + limit + " there are " + span.count() + " of " + count + " " + key + " in " + log);
            }
            Pause.of(POLL);
            span = now(key);
        }
        return span;
    }

    /** Until now. */
    Span now(String key) {
        readOn();
        return spans.getOrDefault(key, Span.NONE);
    }

    private void readOn() {
        if (!Files.exists(log)) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            if (file.length() < position) {
                throw new IllegalStateException(log + " was rotated meanwhile: fewer runs, or fewer instances in each");
            }
            byte[] more = new byte[(int) Math.min(file.length() - position, 1 << 26)];
            file.seek(position);
            file.readFully(more);
            String text = new String(more, StandardCharsets.ISO_8859_1);
            int whole = text.lastIndexOf('\n') + 1;
            position += whole;
            text.substring(0, whole).lines().forEach(this::take);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(String line) {
        int space = line.indexOf(' ');
        if (space < 0 || !line.startsWith("event=", space + 1)) {
            return;
        }
        String event = value(line, "event=");
        long end = OffsetDateTime.parse(line.substring(0, space)).toInstant().toEpochMilli();
        long begin = end - (line.contains(" ms=") ? Long.parseLong(value(line, " ms=")) : 0);
        spans.merge(event, Span.NONE.with(begin, end), (had, one) -> had.with(begin, end));
        if (line.contains(" destination=")) {
            String key = event + ":" + value(line, " destination=");
            spans.merge(key, Span.NONE.with(begin, end), (had, one) -> had.with(begin, end));
        }
    }

    private static String value(String line, String key) {
        int from = line.indexOf(key) + key.length();
        int to = line.indexOf(' ', from);
        return line.substring(from, to < 0 ? line.length() : to);
    }
}
