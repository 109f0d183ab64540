package org.dicomgateway.audit;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.TreeMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.dicomgateway.audit.AuditMessage.Participant;
import org.dicomgateway.audit.AuditMessage.Subject;
import org.dicomgateway.dicom.values.Text;

/** Writes audit messages as the XML of PS3.15 A.5.1, each on one line. Removes characters that XML does not allow. */
final class AuditXml {

    private static final int MAX_TEXT = 2000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);
    private static final String IP_ADDRESS = "2";
    /** Application server process tier (A.5.1.2.1). */
    private static final String SOURCE_TYPE = "4";

    private final XMLOutputFactory factory = XMLOutputFactory.newFactory();
    private final String sourceId;
    private final String siteId;

    /** For messages of this audit source at this site. The site may be empty. */
    AuditXml(String sourceId, String siteId) {
        this.sourceId = sourceId;
        this.siteId = siteId;
    }

    /** Writes the message without a line break and without an XML declaration. The encoding is UTF-8. */
    String write(AuditMessage message) {
        StringWriter out = new StringWriter();
        try {
            XMLStreamWriter xml = factory.createXMLStreamWriter(out);
            xml.writeStartElement("AuditMessage");
            event(xml, message);
            for (Participant participant : message.participants()) {
                participant(xml, participant);
            }
            source(xml);
            for (Subject subject : message.objects()) {
                subject(xml, subject);
            }
            xml.writeEndElement();
            xml.close();
            return out.toString();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }

    static String time(Instant at) {
        return TIME.format(at.truncatedTo(ChronoUnit.MILLIS));
    }

    private static void event(XMLStreamWriter xml, AuditMessage message) throws XMLStreamException {
        xml.writeStartElement("EventIdentification");
        xml.writeAttribute("EventActionCode", String.valueOf(message.action()));
        xml.writeAttribute("EventDateTime", time(message.at()));
        xml.writeAttribute(
                "EventOutcomeIndicator", String.valueOf(message.outcome().indicator()));
        code(xml, "EventID", message.event());
        if (message.type().isPresent()) {
            code(xml, "EventTypeCode", message.type().get());
        }
        if (!message.reason().isEmpty()) {
            text(xml, "EventOutcomeDescription", message.reason());
        }
        xml.writeEndElement();
    }

    private static void participant(XMLStreamWriter xml, Participant participant) throws XMLStreamException {
        xml.writeStartElement("ActiveParticipant");
        xml.writeAttribute("UserID", clean(participant.userId()));
        if (!participant.alternativeUserId().isEmpty()) {
            xml.writeAttribute("AlternativeUserID", clean(participant.alternativeUserId()));
        }
        xml.writeAttribute("UserIsRequestor", String.valueOf(participant.requestor()));
        if (!participant.address().isEmpty()) {
            xml.writeAttribute("NetworkAccessPointID", clean(participant.address()));
            xml.writeAttribute("NetworkAccessPointTypeCode", isAddress(participant.address()) ? IP_ADDRESS : "1");
        }
        if (participant.role().isPresent()) {
            code(xml, "RoleIDCode", participant.role().get());
        }
        xml.writeEndElement();
    }

    private void source(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("AuditSourceIdentification");
        if (!siteId.isEmpty()) {
            xml.writeAttribute("AuditEnterpriseSiteID", clean(siteId));
        }
        xml.writeAttribute("AuditSourceID", clean(sourceId));
        xml.writeEmptyElement("AuditSourceTypeCode");
        xml.writeAttribute("csd-code", SOURCE_TYPE);
        xml.writeEndElement();
    }

    private static void subject(XMLStreamWriter xml, Subject subject) throws XMLStreamException {
        xml.writeStartElement("ParticipantObjectIdentification");
        xml.writeAttribute("ParticipantObjectID", clean(subject.id()));
        xml.writeAttribute("ParticipantObjectTypeCode", String.valueOf(subject.type()));
        if (subject.role() > 0) {
            xml.writeAttribute("ParticipantObjectTypeCodeRole", String.valueOf(subject.role()));
        }
        code(xml, "ParticipantObjectIDTypeCode", subject.idType());
        text(xml, "ParticipantObjectName", subject.name());
        for (var detail : new TreeMap<>(subject.details()).entrySet()) {
            xml.writeEmptyElement("ParticipantObjectDetail");
            xml.writeAttribute("type", detail.getKey());
            byte[] value = clean(detail.getValue()).getBytes(StandardCharsets.UTF_8);
            xml.writeAttribute("value", Base64.getEncoder().encodeToString(value));
        }
        if (!subject.instances().isEmpty()) {
            xml.writeStartElement("ParticipantObjectDescription");
            for (var instances : new TreeMap<>(subject.instances()).entrySet()) {
                xml.writeEmptyElement("SOPClass");
                xml.writeAttribute("UID", clean(instances.getKey()));
                xml.writeAttribute("NumberOfInstances", String.valueOf(instances.getValue()));
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static void code(XMLStreamWriter xml, String element, Code code) throws XMLStreamException {
        xml.writeEmptyElement(element);
        xml.writeAttribute("csd-code", code.value());
        xml.writeAttribute("codeSystemName", code.system());
        xml.writeAttribute("originalText", code.meaning());
    }

    private static void text(XMLStreamWriter xml, String element, String text) throws XMLStreamException {
        xml.writeStartElement(element);
        xml.writeCharacters(clean(text));
        xml.writeEndElement();
    }

    private static boolean isAddress(String text) {
        return text.indexOf(':') >= 0 || text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    /** Text from the network can contain line breaks, and characters that XML does not allow. */
    private static String clean(String text) {
        return Text.printable(text, MAX_TEXT);
    }
}
