package org.dicomgateway.admin.api;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The records of this package as JSON, for both ends of the wire: the names of their components are the interface, so add
 * some, but rename none. A field that is not known is refused when requests are read: a misspelled limit would be none.
 */
public final class Json {

    private static final JsonMapper LENIENT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    /** A record as text. */
    public static String write(Object value) {
        return LENIENT.writeValueAsString(value);
    }

    /** The same in UTF-8. */
    public static byte[] bytes(Object value) {
        return LENIENT.writeValueAsBytes(value);
    }

    /** An answer; one of a newer gateway may tell more than is known here. @throws JacksonException when it is none */
    public static <T> T readAnswer(String text, Class<T> type) {
        return LENIENT.readValue(text, type);
    }

    /** For people and their scripts. @throws JacksonException when {@code text} is no JSON */
    public static String indented(String text) {
        return LENIENT.writerWithDefaultPrettyPrinter().writeValueAsString(LENIENT.readTree(text));
    }

    /** The body of a request. */
    public static String text(Context request) {
        return new String(request.bodyAsBytes(), StandardCharsets.UTF_8);
    }

    /** A request; an empty one says nothing; JSON's null is null. @throws JacksonException when it is none */
    public static <T> @Nullable T readRequest(String text, Class<T> type) {
        return STRICT.readValue(text.isBlank() ? "{}" : text, type);
    }
}
