package org.dicomgateway.receive.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * The Store Instances Response Module (PS3.18 I.2): what became of each instance. In DICOM JSON (PS3.18 F) or in the
 * Native DICOM Model (PS3.19 A.1). The Retrieve URLs (Type 2) are empty: nothing can be retrieved here.
 */
enum StoreAnswer {
    JSON("application/dicom+json") {
        @Override
        byte[] write(List<StoreResult> results) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (JsonGenerator json = MAPPER.createGenerator(out)) {
                json.writeStartObject();
                noRetrieveUrl(json);
                sequence(json, FAILED_SOP, failed(results));
                sequence(json, REFERENCED_SOP, stored(results));
                sequence(json, OTHER_FAILURES, others(results));
                json.writeEndObject();
            }
            return out.toByteArray();
        }
    },
    XML("application/dicom+xml") {
        @Override
        byte[] write(List<StoreResult> results) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                XMLStreamWriter xml = FACTORY.createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
                xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
                xml.writeStartElement("NativeDicomModel");
                xml.writeDefaultNamespace("http://dicom.nema.org/PS3.19/models/NativeDICOM");
                xml.writeAttribute("xml:space", "preserve");
                noRetrieveUrl(xml);
                sequence(xml, FAILED_SOP, "FailedSOPSequence", failed(results));
                sequence(xml, REFERENCED_SOP, "ReferencedSOPSequence", stored(results));
                sequence(xml, OTHER_FAILURES, "OtherFailuresSequence", others(results));
                xml.writeEndElement();
                xml.writeEndDocument();
                xml.close();
            } catch (XMLStreamException e) {
                throw new IllegalStateException("writing to memory failed", e);
            }
            return out.toByteArray();
        }
    };

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final XMLOutputFactory FACTORY = XMLOutputFactory.newFactory();

    private static final String RETRIEVE_URL = "00081190";
    private static final String FAILED_SOP = "00081198";
    private static final String REFERENCED_SOP = "00081199";
    private static final String OTHER_FAILURES = "0008119A";
    private static final String REFERENCED_SOP_CLASS = "00081150";
    private static final String REFERENCED_SOP_INSTANCE = "00081155";
    private static final String FAILURE_REASON = "00081197";

    private final String mediaType;

    StoreAnswer(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    /** The document for these results. A sequence without items is not in it. */
    abstract byte[] write(List<StoreResult> results);

    private static List<StoreResult> stored(List<StoreResult> results) {
        return results.stream().filter(StoreResult::isStored).toList();
    }

    private static List<StoreResult> failed(List<StoreResult> results) {
        return results.stream()
                .filter(each -> !each.isStored() && each.sopInstance().isPresent())
                .toList();
    }

    private static List<StoreResult> others(List<StoreResult> results) {
        return results.stream()
                .filter(each -> !each.isStored() && each.sopInstance().isEmpty())
                .toList();
    }

    private static void sequence(JsonGenerator json, String tag, List<StoreResult> items) {
        if (items.isEmpty()) {
            return;
        }
        json.writeName(tag).writeStartObject();
        json.writeName("vr").writeString("SQ");
        json.writeName("Value").writeStartArray();
        for (StoreResult item : items) {
            json.writeStartObject();
            item.sopClass().ifPresent(uid -> text(json, REFERENCED_SOP_CLASS, uid.value()));
            item.sopInstance().ifPresent(uid -> text(json, REFERENCED_SOP_INSTANCE, uid.value()));
            if (item.isStored()) {
                noRetrieveUrl(json);
            } else {
                json.writeName(FAILURE_REASON).writeStartObject();
                json.writeName("vr").writeString("US");
                json.writeName("Value")
                        .writeStartArray()
                        .writeNumber(item.status())
                        .writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        json.writeEndArray().writeEndObject();
    }

    private static void noRetrieveUrl(JsonGenerator json) {
        json.writeName(RETRIEVE_URL).writeStartObject();
        json.writeName("vr").writeString("UR");
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String tag, String uid) {
        json.writeName(tag).writeStartObject();
        json.writeName("vr").writeString("UI");
        json.writeName("Value").writeStartArray().writeString(uid).writeEndArray();
        json.writeEndObject();
    }

    private static void sequence(XMLStreamWriter xml, String tag, String keyword, List<StoreResult> items)
            throws XMLStreamException {
        if (items.isEmpty()) {
            return;
        }
        attribute(xml, tag, "SQ", keyword);
        int number = 1;
        for (StoreResult item : items) {
            xml.writeStartElement("Item");
            xml.writeAttribute("number", String.valueOf(number++));
            if (item.sopClass().isPresent()) {
                value(
                        xml,
                        REFERENCED_SOP_CLASS,
                        "UI",
                        "ReferencedSOPClassUID",
                        item.sopClass().get().value());
            }
            if (item.sopInstance().isPresent()) {
                value(
                        xml,
                        REFERENCED_SOP_INSTANCE,
                        "UI",
                        "ReferencedSOPInstanceUID",
                        item.sopInstance().get().value());
            }
            if (item.isStored()) {
                noRetrieveUrl(xml);
            } else {
                value(xml, FAILURE_REASON, "US", "FailureReason", String.valueOf(item.status()));
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static void noRetrieveUrl(XMLStreamWriter xml) throws XMLStreamException {
        attribute(xml, RETRIEVE_URL, "UR", "RetrieveURL");
        xml.writeEndElement();
    }

    private static void attribute(XMLStreamWriter xml, String tag, String vr, String keyword)
            throws XMLStreamException {
        xml.writeStartElement("DicomAttribute");
        xml.writeAttribute("tag", tag);
        xml.writeAttribute("vr", vr);
        xml.writeAttribute("keyword", keyword);
    }

    private static void value(XMLStreamWriter xml, String tag, String vr, String keyword, String value)
            throws XMLStreamException {
        attribute(xml, tag, vr, keyword);
        xml.writeStartElement("Value");
        xml.writeAttribute("number", "1");
        xml.writeCharacters(value);
        xml.writeEndElement();
        xml.writeEndElement();
    }
}
