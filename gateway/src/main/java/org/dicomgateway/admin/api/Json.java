package org.dicomgateway.admin.api;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The records of this package as JSON, for the gateway and its commands. The names of the components are the interface:
 * you may add components, but must not rename any. A request with an unknown field is refused: otherwise a misspelled
 * limit would be no limit.
 */
public final class Json {

    private static final JsonMapper LENIENT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    /** Writes a record as text. */
    public static String write(Object value) {
        return LENIENT.writeValueAsString(value);
    }

    /** Writes a record as text in UTF-8. */
    public static byte[] bytes(Object value) {
        return LENIENT.writeValueAsBytes(value);
    }

    /**
     * Reads an answer. One from a newer gateway may have fields that are unknown here.
     *
     * @throws JacksonException when it cannot be read
     */
    public static <T> T readAnswer(String text, Class<T> type) {
        return LENIENT.readValue(text, type);
    }

    /**
     * Formats JSON for people and their scripts.
     *
     * @throws JacksonException when {@code text} is not JSON
     */
    public static String indented(String text) {
        return LENIENT.writerWithDefaultPrettyPrinter().writeValueAsString(LENIENT.readTree(text));
    }

    /** The body of a request as text. */
    public static String text(Context request) {
        return new String(request.bodyAsBytes(), StandardCharsets.UTF_8);
    }

    /**
     * Reads a request. An empty body is a request without fields; JSON's null is null.
     *
     * @throws JacksonException when it cannot be read
     */
    public static <T> @Nullable T readRequest(String text, Class<T> type) {
        return STRICT.readValue(text.isBlank() ? "{}" : text, type);
    }
}
