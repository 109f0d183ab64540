package org.dicomgateway.orthanc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.dicomgateway.dicom.values.Uid;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a server says about each instance of a request: the Store Instances Response Module (PS3.18 I.2.2) or the
 * Storage Commitment Response Module (J.2), as DICOM JSON (Annex F) or as XML (PS3.19 A.1). Everything else in the
 * answer is ignored.
 */
public final class SopResults {

    /**
     * What became of one instance.
     *
     * @param code Warning Reason or Failure Reason; {@link #NO_REASON} for a failure without one, 0 for a plain success
     */
    public record Result(boolean stored, int code) {}

    /** A failure without a Failure Reason. */
    public static final int NO_REASON = -1;

    private static final String FAILED_SOP_SEQUENCE = "00081198";
    private static final String REFERENCED_SOP_SEQUENCE = "00081199";
    private static final String OTHER_FAILURES_SEQUENCE = "0008119A";
    private static final String REFERENCED_SOP_INSTANCE_UID = "00081155";
    private static final String WARNING_REASON = "00081196";
    private static final String FAILURE_REASON = "00081197";
    private static final int LONGEST_TEXT = 1024;

    /** Ten times what a request can have: an answer with more only costs memory. */
    private static final int MOST_ITEMS = 10_000;

    private static final int MOST_TOKENS = 40 * MOST_ITEMS;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .build())
            .build();

    /** @param instance empty when the item names none */
    private record Item(String sequence, String instance, int code) {}

    private final List<Item> items;

    private SopResults(List<Item> items) {
        this.items = items;
    }

    /**
     * Reads an answer.
     *
     * @param contentType of the answer; the format is only that which it names
     * @return empty when it is none of the formats, or cannot be read
     */
    public static Optional<SopResults> read(String contentType, byte[] body) {
        String type = contentType.toLowerCase(Locale.ROOT);
        try {
            if (type.startsWith("application/dicom+json") || type.startsWith("application/json")) {
                return Optional.of(new SopResults(json(body)));
            }
            if (type.startsWith("application/dicom+xml")
                    || type.startsWith("application/xml")
                    || type.startsWith("text/xml")) {
                return Optional.of(new SopResults(xml(body)));
            }
            return Optional.empty();
        } catch (JacksonException | XMLStreamException | IOException e) {
            return Optional.empty();
        }
    }

    /**
     * What it says about the only instance of the request: a failure that names no instance is its, too. A failure
     * counts before a success. Empty when it says nothing.
     */
    public Optional<Result> about(Uid sopInstance) {
        return failure(sopInstance)
                .or(() -> first(FAILED_SOP_SEQUENCE, item -> item.instance.isEmpty(), false))
                .or(() -> first(OTHER_FAILURES_SEQUENCE, item -> true, false))
                .or(() -> success(sopInstance));
    }

    /** What it says about an instance by its name. A failure counts before a success. Empty when it says nothing. */
    public Optional<Result> naming(Uid sopInstance) {
        return failure(sopInstance).or(() -> success(sopInstance));
    }

    private Optional<Result> failure(Uid sopInstance) {
        return first(FAILED_SOP_SEQUENCE, item -> item.instance.equals(sopInstance.value()), false);
    }

    private Optional<Result> success(Uid sopInstance) {
        return first(REFERENCED_SOP_SEQUENCE, item -> item.instance.equals(sopInstance.value()), true);
    }

    private Optional<Result> first(String sequence, Predicate<Item> which, boolean stored) {
        return items.stream()
                .filter(item -> item.sequence.equals(sequence) && which.test(item))
                .map(item -> new Result(stored, stored ? Math.max(0, item.code) : item.code))
                .findFirst();
    }

    private static List<Item> json(byte[] body) throws IOException {
        JsonNode root = MAPPER.readTree(body);
        JsonNode dataset = root.isArray() ? root.path(0) : root;
        if (!dataset.isObject()) {
            throw new IOException("not an object");
        }
        List<Item> items = new ArrayList<>();
        for (String sequence : List.of(FAILED_SOP_SEQUENCE, REFERENCED_SOP_SEQUENCE, OTHER_FAILURES_SEQUENCE)) {
            dataset.path(sequence)
                    .path("Value")
                    .forEach(item -> items.add(new Item(
                            sequence,
                            text(item, REFERENCED_SOP_INSTANCE_UID),
                            codeOf(text(
                                    item,
                                    sequence.equals(REFERENCED_SOP_SEQUENCE) ? WARNING_REASON : FAILURE_REASON)))));
        }
        return items;
    }

    private static String text(JsonNode item, String tag) {
        JsonNode value = item.path(tag).path("Value").path(0);
        return value.isNumber() ? value.asString() : value.asString("");
    }

    private static int codeOf(String text) {
        try {
            int code = Integer.parseInt(text.strip());
            return code >= 0 && code <= 0xFFFF ? code : NO_REASON;
        } catch (NumberFormatException e) {
            return NO_REASON;
        }
    }

    private static List<Item> xml(byte[] body) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(body));
        List<Item> items = new ArrayList<>();
        Deque<String> tags = new ArrayDeque<>();
        XmlItem item = new XmlItem();
        while (reader.hasNext()) {
            int event = reader.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                String name = reader.getLocalName();
                if (name.equals("DicomAttribute")) {
                    tags.push(String.valueOf(reader.getAttributeValue(null, "tag"))
                            .toUpperCase(Locale.ROOT));
                } else if (name.equals("Item") && tags.size() == 1) {
                    item = new XmlItem();
                }
                item.text.setLength(0);
            } else if (event == XMLStreamConstants.CHARACTERS && item.text.length() < LONGEST_TEXT) {
                item.text.append(reader.getText());
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                String name = reader.getLocalName();
                if (name.equals("DicomAttribute") && !tags.isEmpty()) {
                    tags.pop();
                } else if (name.equals("Value") && tags.size() == 2) {
                    item.value(String.valueOf(tags.peek()));
                } else if (name.equals("Item") && tags.size() == 1) {
                    if (items.size() == MOST_ITEMS) {
                        throw new XMLStreamException("more than " + MOST_ITEMS + " items");
                    }
                    items.add(item.of(String.valueOf(tags.peek())));
                }
            }
        }
        return items;
    }

    /** An item of a sequence, while it is read. */
    private static final class XmlItem {

        private final StringBuilder text = new StringBuilder();
        private String instance = "";
        private int warning;
        private int failure = NO_REASON;

        private void value(String tag) {
            String value = text.toString().strip();
            switch (tag) {
                case REFERENCED_SOP_INSTANCE_UID -> instance = value;
                case WARNING_REASON -> warning = codeOf(value);
                case FAILURE_REASON -> failure = codeOf(value);
                default -> {
                    // Of no use here.
                }
            }
        }

        private Item of(String sequence) {
            return new Item(sequence, instance, sequence.equals(REFERENCED_SOP_SEQUENCE) ? warning : failure);
        }
    }
}
