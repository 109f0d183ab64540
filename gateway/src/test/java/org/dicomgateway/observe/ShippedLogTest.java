package org.dicomgateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
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
    void a_line_of_text_is_what_earlier_versions_wrote() {
        PatternLayoutEncoder earlier = new PatternLayoutEncoder();
        earlier.setContext(context);
        earlier.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %kvp{NONE}%n");
        earlier.start();
        TextLines now = new TextLines();
        for (String at : List.of("2026-03-01T12:00:00Z", "2026-03-01T12:00:00.500Z", "2026-07-01T21:59:59.007Z")) {
            LoggingEvent event = event(Instant.parse(at), "ä");
            assertThat(new String(now.encode(event), StandardCharsets.UTF_8))
                    .isEqualTo(new String(earlier.encode(event), StandardCharsets.UTF_8));
        }
    }

    @Test
    void lines_are_in_the_file_soon_and_in_order_also_when_nothing_follows() throws Exception {
        configure("");
        Path file = folder.resolve("forward.log");
        log("0");
        assertThat(file).content().contains("\"0\"");
        IntStream.range(1, 1_000).forEach(i -> log(Integer.toString(i)));
        await().atMost(Duration.ofSeconds(1))
                .until(() -> Files.readAllLines(file).size() == 1_000);
        assertThat(Files.readAllLines(file).stream().map(line -> line.replaceAll(".*reason=\"(.*)\"", "$1")))
                .containsExactlyElementsOf(
                        IntStream.range(0, 1_000).mapToObj(Integer::toString).toList());
    }

    @Test
    void at_the_end_of_the_process_nothing_waits() throws Exception {
        configure("");
        ForwardLogFile file =
                (ForwardLogFile) context.getLogger(ForwardLog.LOGGER).getAppender("FORWARD");
        IntStream.range(0, 100).forEach(i -> {
            log("0");
            log("1");
            file.flush();
            assertThat(folder.resolve("forward.log")).content().hasLineCount(2 * i + 2);
        });
    }

    @Test
    void as_JSON_lines_each_line_is_an_object_with_the_same_keys() throws Exception {
        configure("FORWARD_JSON");
        log("a \\ and a 'quote' and\ta tab");
        log("ä");
        await().until(() -> Files.readAllLines(folder.resolve("forward.jsonl")).size() == 2);
        List<String> lines = Files.readAllLines(folder.resolve("forward.jsonl"));
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
        context.getLogger(ForwardLog.LOGGER).callAppenders(event(Instant.parse("2026-03-01T12:00:00.500Z"), reason));
    }

    private LoggingEvent event(Instant at, String reason) {
        ch.qos.logback.classic.Logger logger = context.getLogger(ForwardLog.LOGGER);
        LoggingEvent event = new LoggingEvent(getClass().getName(), logger, Level.INFO, "", null, null);
        event.setInstant(at);
        Stream.of(
                        new KeyValuePair("event", ForwardLog.Event.REFUSED),
                        new KeyValuePair("bytes", 512L),
                        new KeyValuePair("reason", '"' + reason + '"'))
                .forEach(event::addKeyValuePair);
        return event;
    }
}
