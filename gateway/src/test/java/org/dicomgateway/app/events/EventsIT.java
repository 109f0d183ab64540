package org.dicomgateway.app.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.ProjectRoot;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.web.WebhookServer;
import org.dicomgateway.testkit.web.WebhookServer.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Events of real studies, delivered to a real Orthanc, told to real web servers. */
class EventsIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String FAST = "gateway.spool { segment-size = 1 MiB, large-instance = 128 KiB }\n";

    @TempDir
    private Path directory;

    @Test
    void studies_and_destinations_are_told_in_order_whatever_the_receivers_do() throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 7).study(2, 2, TestFiles.CT, 16 * 1024);
        int documented = FreePorts.next();
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                WebhookServer bot = WebhookServer.start();
                WebhookServer silent = WebhookServer.start();
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure(FAST)
                        .routing(rules(orthanc, "")
                                + receiver(
                                        "bot",
                                        bot.url().toString(),
                                        "on = [study-complete, destination-down, destination-up], down-after = 0 s")
                                + receiver(
                                        "silent",
                                        silent.url().toString(),
                                        "on = [study-complete], webhook.timeout = 2 s")
                                + receiver(
                                        "documented", "http://localhost:" + documented + "/", "on = [study-complete]"))
                        .start();
                Child receiver = documented(documented)) {
            silent.always(WebhookServer.after(Duration.ofMinutes(1), WebhookServer.status(204)));
            bot.answer(WebhookServer.status(500), WebhookServer.hangUp());
            gateway.deliver(study.subList(0, 3), 1);
            await().atMost(LIMIT).until(() -> bot.requests().size() == 3);
            assertThat(bot.requests())
                    .extracting(Request::id)
                    .containsOnly(bot.requests().get(0).id());
            assertThat(bot.requests()).extracting(Request::signature).doesNotContain("");
            JsonNode first = bot.requests().get(2).event();
            assertThat(first.get("subject").asString())
                    .isEqualTo("study/" + study.get(0).study());
            assertThat(first.get("data").get("added").get("instances").asInt()).isEqualTo(3);
            assertThat(first.get("data")
                            .get("destinations")
                            .get(0)
                            .get("delivered")
                            .asInt())
                    .isEqualTo(3);
            assertThat(bot.requests().get(0).body())
                    .doesNotContain(study.get(0).patientId(), study.get(0).accession());

            gateway.deliver(study.subList(3, 4), 1);
            await().atMost(LIMIT).until(() -> bot.requests().size() == 4);
            JsonNode late = bot.requests().get(3).event();
            assertThat(late.get("data").get("instances").asInt()).isEqualTo(4);
            assertThat(late.get("data").get("added").get("instances").asInt()).isEqualTo(1);
            assertThat(late.get("data").get("added").get("series").get(0).asString())
                    .isEqualTo(study.get(3).series().value());

            assertThat(gateway.ask("trace", study.get(0).study().value()).output())
                    .contains("study-complete  bot", "taken", "study-complete  silent", "did not answer within 2 s");
            assertThat(gateway.ask("status").output()).contains("events for silent: 2 wait; did not answer");
            assertThat(gateway.ask("events", "retry", "nobody").exitCode()).isEqualTo(2);
            assertThat(gateway.ask("events", "discard", "silent", "--reason", "a test")
                            .output())
                    .contains("2 events are discarded");
            assertThat(gateway.ask("events").output()).contains("no event waits");
            await().atMost(LIMIT).until(() -> seen().size() == 2);

            orthanc.stop();
            await().atMost(LIMIT).until(() -> !bot.requests("destination-down").isEmpty());
            orthanc.startAgain();
            await().atMost(LIMIT).until(() -> !bot.requests("destination-up").isEmpty());
            assertThat(bot.requests("destination-up").get(0).subject()).isEqualTo("destination/orthanc1");
            assertThat(receiver.isAlive()).isTrue();
        }
    }

    @Test
    void a_study_that_is_held_goes_as_one_also_after_a_kill_and_says_why_it_waits() throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 8).study(1, 3, TestFiles.CT, 16 * 1024);
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .configure(FAST)
                        .routing(rules(orthanc, ", hold-until = study-complete, hold-quiet = 12 s, hold-at-most = 1 m"))
                        .start()) {
            send(gateway, study.subList(0, 2));
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(
                                    gateway.ask("trace", study.get(0).study().value())
                                            .output())
                            .contains("is closed until its study is complete"));
            assertThat(gateway.ask("explain", study.get(0).path().toString()).output())
                    .contains("waits until nothing of its study has arrived for 12 s, at most 1 m");
            assertThat(gateway.ask("status").exitCode()).as("nothing is wrong").isZero();
            gateway.kill();
            gateway.start();
            send(gateway, study.subList(2, 3));
            Thread.sleep(3_000);
            assertThat(orthanc.instances()).as("before it is whole").isZero();
            await().atMost(LIMIT).until(() -> orthanc.instances() == 3);
        }
    }

    private static void send(GatewayProcess gateway, List<TestFile> files) {
        List<String> arguments = new ArrayList<>(List.of("gateway", "--quiet"));
        files.forEach(file -> arguments.add(file.path().toString()));
        gateway.ask("send", arguments.toArray(String[]::new)).orFail();
    }

    private static String rules(OrthancServer orthanc, String route) {
        return GatewayProcess.destinations(orthanc.peer()) + "routes = [ { name = all, to = [orthanc1]" + route
                + " } ]\nevent-defaults { quiet = 1 s }\n";
    }

    private String receiver(String name, String url, String settings) {
        return "events.%s { %s, webhook { url = \"%s\", secret-file = \"%s\" } }\n"
                .formatted(name, settings, url, secret());
    }

    private Path secret() {
        try {
            return Files.writeString(directory.resolve("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The receiver of docs/events.md, as it stands there. */
    private Child documented(int port) throws IOException {
        Matcher program = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ProjectRoot.path().resolve("docs/events.md")));
        assertThat(program.find()).isTrue();
        Path file = Files.writeString(directory.resolve("receiver.py"), program.group(1));
        return Child.start(
                directory.resolve("receiver.txt"),
                Map.of(),
                List.of(
                        "python3",
                        file.toString(),
                        Integer.toString(port),
                        directory.resolve("seen.db").toString(),
                        secret().toString()));
    }

    /** What the documented receiver has noted. */
    private List<String> seen() throws SQLException {
        List<String> seen = new ArrayList<>();
        if (!Files.exists(directory.resolve("seen.db"))) {
            return seen;
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("seen.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT id FROM seen")) {
            while (row.next()) {
                seen.add(row.getString(1));
            }
        }
        return seen;
    }
}
