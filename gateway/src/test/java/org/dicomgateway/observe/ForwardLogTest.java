package org.dicomgateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class ForwardLogTest {

    private static final Origin ORIGIN = new Origin(AeTitle.of("CT ROOM 1"), AeTitle.of("GATEWAY"), "127.0.0.1");

    private final ForwardLog log = new ForwardLog();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ForwardLog.LOGGER);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(ch.qos.logback.classic.Level.INFO);
        logger.addAppender(lines);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    @Test
    void a_received_instance_is_one_line_of_keys_and_values() {
        log.received(subject("1.2.3"), 4, 7, 3);
        assertThat(line())
                .isEqualTo("event=received sop=1.2.3.4 study=1.2.3 calling=\"CT ROOM 1\" called=GATEWAY"
                        + " remote=127.0.0.1 bytes=512 ms=4 rules=7 deliveries=3 status=0x0000");
    }

    @Test
    void an_instance_without_a_route_is_held() {
        log.received(subject("1.2.3"), 4, 7, 0);
        assertThat(line()).startsWith("event=held ");
    }

    @Test
    void an_outcome_names_route_destination_attempt_and_reason() {
        log.outcome(ForwardLog.Event.RETRY, subject("1.2.3"), "rest", "orthanc1", 2, 15, 0xA700, "out of \"it\"");
        assertThat(line())
                .endsWith("route=rest destination=orthanc1 attempt=2 ms=15 status=0xA700 reason=\"out of 'it'\"");
    }

    @Test
    void what_came_over_the_network_cannot_forge_a_line() {
        log.refused(subject("1.2\n2026 event=delivered"), -1, "broken\r\n\u001b[31mevent=delivered");
        assertThat(line())
                .contains("study=invalid ")
                .endsWith("status=- reason=\"broken???[31mevent=delivered\"")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CT1", "CT 1", "x event=parked", "a=b", "=", "A#1", "{x}", "[x]"})
    void a_calling_AE_title_is_read_back_from_the_line_as_what_it_is(String title) {
        Origin origin = new Origin(AeTitle.of(title), AeTitle.of("GATEWAY"), "127.0.0.1");
        log.received(new ForwardLog.Subject(Uid.of("1.2.3.4"), "1.2.3", origin, 512), 4, 7, 3);
        Matcher field = Pattern.compile("(?:^| )calling=(?:\"([^\"]*)\"|(\\S*)) called=")
                .matcher(line());
        assertThat(field.find()).isTrue();
        assertThat(field.group(1) != null ? field.group(1) : field.group(2)).isEqualTo(title);
        assertThat(line().split("event=", -1)).hasSize(title.contains("event=") ? 3 : 2);
    }

    @Test
    void the_accession_number_is_for_listeners_and_in_no_line() {
        List<ForwardEvent> told = new ArrayList<>();
        new ForwardLog(told::add)
                .received(
                        new ForwardLog.Subject(
                                Uid.of("1.2.3.4"),
                                "1.2.3",
                                ORIGIN,
                                512,
                                Optional.empty(),
                                "A\u001b" + "7".repeat(99),
                                "CT"),
                        4,
                        7,
                        3);
        assertThat(line()).doesNotContain("A?", "777").contains("study=1.2.3 ");
        assertThat(told).singleElement().satisfies(event -> {
            assertThat(event.accession()).isEqualTo("A?" + "7".repeat(62));
            assertThat(event.modality()).isEqualTo("CT");
        });
    }

    private static ForwardLog.Subject subject(String study) {
        return new ForwardLog.Subject(Uid.of("1.2.3.4"), study, ORIGIN, 512);
    }

    private String line() {
        assertThat(lines.list).hasSize(1);
        PatternLayout layout = new PatternLayout();
        layout.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
        layout.setPattern("%kvp{NONE}");
        layout.start();
        return layout.doLayout(lines.list.get(0));
    }
}
