package org.dicomgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.dicomgateway.audit.AuditMessage.Outcome;
import org.junit.jupiter.api.Test;

/** Every message we send, against the schema and the tables of PS3.15 A.5.3. */
class MessagesTest {

    private static final Instant AT = Instant.parse("2026-03-01T12:00:00.123456Z");
    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final Transfer IN = new Transfer(true, "GATEWAY", "CT1", "", "10.1.2.3", "1.2.3", "4711");
    private static final Transfer OUT =
            new Transfer(false, "GATEWAY", "ORTHANC1", "orthanc1", "pacs.example.org", "1.2.3", "4711");

    private final Messages messages = new Messages(true);

    @Test
    void start_and_stop_of_the_application() {
        String xml = xml(messages.applicationActivity(Code.APPLICATION_START, AT));
        assertThat(xml)
                .contains("EventActionCode=\"E\"", "EventOutcomeIndicator=\"0\"")
                .contains("EventDateTime=\"2026-03-01T12:00:00.123Z\"")
                .contains("<EventID csd-code=\"110100\" codeSystemName=\"DCM\" originalText=\"Application Activity\"")
                .contains("<EventTypeCode csd-code=\"110120\"")
                .contains("<RoleIDCode csd-code=\"110150\"", "<RoleIDCode csd-code=\"110151\"")
                .contains("AuditSourceID=\"gw-1\"", "AuditEnterpriseSiteID=\"north\"");
        assertThat(xml(messages.applicationActivity(Code.APPLICATION_STOP, AT)))
                .contains("<EventTypeCode csd-code=\"110121\"");
    }

    @Test
    void the_begin_of_a_transfer() {
        assertThat(xml(messages.beginTransferring(IN, AT)))
                .contains("<EventID csd-code=\"110102\"", "EventActionCode=\"E\"")
                .contains("UserID=\"AETITLES=CT1\" UserIsRequestor=\"true\" NetworkAccessPointID=\"10.1.2.3\""
                        + " NetworkAccessPointTypeCode=\"2\"><RoleIDCode csd-code=\"110153\"")
                .contains("AlternativeUserID=\"AETITLES=GATEWAY\" UserIsRequestor=\"false\"")
                .contains("ParticipantObjectID=\"1.2.3\" ParticipantObjectTypeCode=\"2\""
                        + " ParticipantObjectTypeCodeRole=\"3\"><ParticipantObjectIDTypeCode csd-code=\"110180\"")
                .contains("ParticipantObjectID=\"4711\" ParticipantObjectTypeCode=\"1\""
                        + " ParticipantObjectTypeCodeRole=\"1\"><ParticipantObjectIDTypeCode csd-code=\"2\"");
    }

    @Test
    void instances_that_were_transferred_and_such_that_were_not() {
        assertThat(xml(messages.instancesTransferred(OUT, Map.of(CT, 250L), Outcome.SUCCESS, "", AT)))
                .contains("<EventID csd-code=\"110104\"", "EventActionCode=\"C\"", "EventOutcomeIndicator=\"0\"")
                .contains("<SOPClass UID=\"" + CT + "\" NumberOfInstances=\"250\"")
                .contains("UserID=\"AETITLES=ORTHANC1\" AlternativeUserID=\"orthanc1\" UserIsRequestor=\"false\""
                        + " NetworkAccessPointID=\"pacs.example.org\" NetworkAccessPointTypeCode=\"1\"")
                .contains("<RoleIDCode csd-code=\"110152\"");
        assertThat(xml(messages.instancesTransferred(OUT, Map.of(CT, 1L), Outcome.SERIOUS_FAILURE, "0xA900: <no>", AT)))
                .contains("EventOutcomeIndicator=\"8\"")
                .contains("<EventOutcomeDescription>0xA900: &lt;no&gt;</EventOutcomeDescription>");
    }

    @Test
    void patients_are_named_only_where_that_is_wanted() {
        String xml = new AuditXml("gw-1", "").write(new Messages(false).beginTransferring(IN, AT));
        AuditSchema.validate(xml);
        assertThat(xml).doesNotContain("4711").contains("ParticipantObjectID=\"withheld\"");
    }

    @Test
    void a_node_that_is_turned_away() {
        assertThat(xml(messages.nodeRejected("ROGUE", "192.0.2.9", "called AE title X is none of ours", AT)))
                .contains("<EventID csd-code=\"110113\"", "<EventTypeCode csd-code=\"110126\"")
                .contains("EventOutcomeIndicator=\"8\"")
                .contains("UserID=\"AETITLES=ROGUE\" UserIsRequestor=\"true\" NetworkAccessPointID=\"192.0.2.9\"")
                .contains("type=\"Alert Description\" value=\"" + base64("called AE title X is none of ours") + "\"");
    }

    @Test
    void a_login_that_fails() {
        assertThat(xml(messages.loginFailed("anna", "::1", "wrong credentials", AT)))
                .contains("<EventID csd-code=\"110114\"", "<EventTypeCode csd-code=\"110122\"")
                .contains("EventOutcomeIndicator=\"4\"")
                .contains("UserID=\"anna\" UserIsRequestor=\"true\" NetworkAccessPointID=\"::1\""
                        + " NetworkAccessPointTypeCode=\"2\"");
    }

    @Test
    void what_an_operator_does() {
        String request = "{\"from\":\"a\",\"to\":\"b\"}";
        assertThat(xml(messages.operatorAction("anna", "127.0.0.1", "/api/reroute", request, true, AT)))
                .contains("<EventID csd-code=\"110113\"", "<EventTypeCode csd-code=\"110132\"")
                .contains("EventOutcomeIndicator=\"0\"")
                .contains("UserID=\"anna\" UserIsRequestor=\"true\"")
                .contains("ParticipantObjectID=\"/api/reroute\"")
                .contains("type=\"Request\" value=\"" + base64(request) + "\"");
        assertThat(xml(messages.operatorAction("", "127.0.0.1", "/api/reroute", "", false, AT)))
                .contains("EventOutcomeIndicator=\"4\"", "UserID=\"unknown\"");
    }

    @Test
    void hostile_texts_stay_texts_on_one_line() {
        Transfer hostile = new Transfer(
                true, "A\"B", "<x>&\u0000\n", "", "10.1.2.3", "1.2\"/><EventID/>", "\uD800<!-- ]]> \u202E");
        String xml = xml(messages.instancesTransferred(hostile, Map.of(CT, 1L), Outcome.SUCCESS, "", AT));
        assertThat(xml).doesNotContain("\n", "\u0000", "\u202E", "<x>", "<EventID/>", "<!--");
    }

    @Test
    void the_schema_notices_what_is_wrong() {
        String xml = xml(messages.beginTransferring(IN, AT));
        assertThat(AuditSchema.faults(xml.replace("EventActionCode=\"E\"", "EventActionCode=\"X\"")))
                .isNotEmpty();
        assertThat(AuditSchema.faults(xml.replace(" originalText=\"Study Instance UID\"", "")))
                .isNotEmpty();
        assertThat(AuditSchema.faults(xml.replaceAll("<AuditSourceIdentification.*?</AuditSourceIdentification>", "")))
                .isNotEmpty();
    }

    private static String xml(AuditMessage message) {
        String xml = new AuditXml("gw-1", "north").write(message);
        AuditSchema.validate(xml);
        return xml;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
