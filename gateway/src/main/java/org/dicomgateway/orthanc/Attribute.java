package org.dicomgateway.orthanc;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * An attribute of an instance, as the server reports it. Patient data, never to be logged.
 *
 * @param tag {@code 0008,0060}
 * @param keyword {@code Modality}; for a private attribute, the name that the server uses
 * @param value its values, separated by backslashes; empty for a sequence, and for values that the server does not
 *     show
 * @param items the items of a sequence
 */
public record Attribute(String tag, String keyword, String value, List<List<Attribute>> items) {

    /** Copies the list. */
    public Attribute {
        items = List.copyOf(items);
    }

    /** Reads an answer in Orthanc's full format: an object with one field per tag. */
    static List<Attribute> all(JsonNode dataset) {
        return dataset.properties().stream()
                .map(field -> of(field.getKey(), field.getValue()))
                .toList();
    }

    private static Attribute of(String tag, JsonNode node) {
        JsonNode value = node.path("Value");
        return new Attribute(
                tag,
                node.path("Name").asString(""),
                value.isArray() ? "" : value.asString(""),
                value.isArray() ? value.valueStream().map(Attribute::all).toList() : List.of());
    }

    @Override
    public String toString() {
        return "(" + tag + ") " + keyword;
    }
}
