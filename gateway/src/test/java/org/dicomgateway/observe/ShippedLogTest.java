package org.dicomgateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The forward log as the shipped conf/logback.xml has it written. */
class ShippedLogTest {

    @TempDir
    private Path folder;

    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void it_is_text_unless_somebody_wants_otherwise() throws Exception {
        configure("");
        log("no room");
        assertThat(Files.readString(folder.resolve("forward.log")))
                .contains(" event=refused bytes=512 reason=\"no room\"");
        assertThat(folder.resolve("forward.jsonl")).doesNotExist();
    }

    @Test
    void as_JSON_lines_each_line_is_an_object_with_the_same_keys() throws Exception {
        configure("FORWARD_JSON");
        log("a \\ and a 'quote' and\ta tab");
        log("ä");
        List<String> lines = Files.readAllLines(folder.resolve("forward.jsonl"));
        assertThat(lines).hasSize(2);
        JsonNode first = JsonMapper.shared().readTree(lines.get(0));
        assertThat(first.propertyNames()).containsExactly("time", "event", "bytes", "reason");
        assertThat(first.get("time").asString()).isEqualTo("2026-03-01T12:00:00.500Z");
        assertThat(first.get("event").asString()).isEqualTo("refused");
        assertThat(first.get("bytes").isIntegralNumber()).isTrue();
        assertThat(first.get("reason").asString()).isEqualTo("a \\ and a 'quote' and\ta tab");
        assertThat(JsonMapper.shared().readTree(lines.get(1)).get("reason").asString())
                .isEqualTo("ä");
        assertThat(folder.resolve("forward.log")).doesNotExist();
    }

    @Test
    void both_ways_are_rotated_compressed_and_kept_for_a_bounded_time() throws Exception {
        String shipped = Files.readString(ProjectRoot.path().resolve("conf/logback.xml"));
        for (String appender : List.of("FORWARD", "FORWARD_JSON")) {
            String text = shipped.replaceAll("(?s).*<appender name=\"" + appender + "\"", "")
                    .replaceAll("(?s)</appender>.*", "");
            assertThat(text).contains(".gz</fileNamePattern>", "<maxFileSize>", "<maxHistory>", "<totalSizeCap>");
        }
    }

    private void configure(String how) throws Exception {
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty("gateway.logs", folder.toString());
        if (!how.isEmpty()) {
            context.putProperty("gateway.forward-log", how);
        }
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(ProjectRoot.path().resolve("conf/logback.xml").toFile());
    }

    private void log(String reason) {
        ch.qos.logback.classic.Logger logger = context.getLogger(ForwardLog.LOGGER);
        LoggingEvent event = new LoggingEvent(getClass().getName(), logger, Level.INFO, "", null, null);
        event.setInstant(Instant.parse("2026-03-01T12:00:00.500Z"));
        Stream.of(
                        new KeyValuePair("event", ForwardLog.Event.REFUSED),
                        new KeyValuePair("bytes", 512L),
                        new KeyValuePair("reason", '"' + reason + '"'))
                .forEach(event::addKeyValuePair);
        logger.callAppenders(event);
    }
}
