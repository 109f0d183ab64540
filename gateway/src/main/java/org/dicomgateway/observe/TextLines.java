package org.dicomgateway.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * The forward log as text: a line is the local time with its offset, and {@code key=value} for each key. {@code
 * conf/logback.xml} names this class; the library's patterns would give the same lines in several times the time.
 */
public final class TextLines extends EncoderBase<ILoggingEvent> {

    private static final byte[] NOTHING = {};
    private static final DateTimeFormatter UP_TO_SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss");
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("XXX");

    private volatile Second last = Second.of(0);

    /** A second in text, because many lines are written in one. */
    private record Second(long number, String text, String offset) {

        static Second of(long number) {
            ZonedDateTime time = Instant.ofEpochSecond(number).atZone(ZoneId.systemDefault());
            return new Second(number, UP_TO_SECOND.format(time), OFFSET.format(time));
        }
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(400);
        time(line, event.getTimeStamp());
        @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                line.append(' ').append(pair.key).append('=').append(pair.value);
            }
        }
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private void time(StringBuilder line, long millis) {
        Second second = last;
        if (second.number != Math.floorDiv(millis, 1000)) {
            second = Second.of(Math.floorDiv(millis, 1000));
            last = second;
        }
        int fraction = Math.floorMod(millis, 1000);
        line.append(second.text).append('.');
        line.append((char) ('0' + fraction / 100)).append((char) ('0' + fraction / 10 % 10));
        line.append((char) ('0' + fraction % 10)).append(second.offset);
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
