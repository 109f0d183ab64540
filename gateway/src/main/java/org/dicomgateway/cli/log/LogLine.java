package org.dicomgateway.cli.log;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A line of the forward log.
 *
 * @param text the line as written
 * @param fields values by key, without quotes; the time is under {@value #TIME}; empty when it is not an event line
 */
public record LogLine(String text, Map<String, String> fields) {

    static final String TIME = "time";
    static final String EVENT = "event";

    private static final Pattern BEGIN = Pattern.compile("(\\S+) ");
    private static final Pattern FIELD = Pattern.compile("\\G([a-z][A-Za-z-]*)=(?:\"([^\"]*)\"|(\\S*)) ?");
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Parses a line in either form: {@code key=value} or a JSON object. */
    public static LogLine of(String text) {
        return new LogLine(text, text.startsWith("{") ? json(text) : pairs(text));
    }

    private static Map<String, String> json(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        try {
            JSON.readTree(text)
                    .properties()
                    .forEach(
                            field -> fields.put(field.getKey(), field.getValue().asString("")));
        } catch (JacksonException e) {
            // Perhaps cut off: it is shown as it is, but no filter finds it.
            return Map.of();
        }
        return fields;
    }

    private static Map<String, String> pairs(String text) {
        Matcher begin = BEGIN.matcher(text);
        if (!begin.lookingAt()) {
            return Map.of();
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(TIME, begin.group(1));
        Matcher field = FIELD.matcher(text).region(begin.end(), text.length());
        while (field.find()) {
            fields.put(field.group(1), field.group(2) != null ? field.group(2) : field.group(3));
        }
        return fields.containsKey(EVENT) ? fields : Map.of();
    }

    /** The value of a key; empty when the line does not have the key. */
    String field(String key) {
        return fields.getOrDefault(key, "");
    }

    /** The time of the line; empty when it has none. */
    Optional<Instant> time() {
        try {
            return Optional.of(OffsetDateTime.parse(field(TIME)).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The line as a JSON object on one line. */
    String asJson() {
        JsonNode node = JSON.valueToTree(fields);
        return node.toString();
    }
}
