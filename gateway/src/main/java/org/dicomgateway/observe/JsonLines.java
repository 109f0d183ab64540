package org.dicomgateway.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * The forward log as JSON lines: one object per line. It has the keys of the text form, and {@code time}. Numbers
 * stay numbers. {@code conf/logback.xml} names this class.
 */
public final class JsonLines extends EncoderBase<ILoggingEvent> {

    private static final byte[] NOTHING = {};

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(400).append("{\"time\":");
        text(line, event.getInstant().toString());
        @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                line.append(',');
                text(line, pair.key);
                line.append(':');
                value(line, pair.value);
            }
        }
        return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A value that is already quoted in the text form is not quoted again. */
    private static void value(StringBuilder line, @Nullable Object value) {
        String text = String.valueOf(value);
        if (value instanceof Number) {
            line.append(text);
        } else if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
            text(line, text.substring(1, text.length() - 1));
        } else {
            text(line, text);
        }
    }

    /** RFC 8259 7. */
    private static void text(StringBuilder line, String text) {
        line.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, line);
        line.append('"');
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
