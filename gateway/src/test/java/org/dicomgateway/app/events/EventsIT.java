package org.dicomgateway.app.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.web.WebhookServer;
import org.dicomgateway.testkit.web.WebhookServer.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Events of real studies, delivered to a real Orthanc, told to a real web server. */
class EventsIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void a_study_that_is_complete_is_told_and_what_comes_late_again() throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 7).study(2, 2, TestFiles.CT, 16 * 1024);
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                WebhookServer bot = WebhookServer.start();
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(rules(orthanc) + receiver("bot", bot, "on = [study-complete], quiet = 1 s"))
                        .start()) {
            gateway.deliver(study.subList(0, 3), 1);
            await().atMost(LIMIT).until(() -> !bot.requests().isEmpty());
            JsonNode first = bot.requests().get(0).event();
            assertThat(first.get("type").asString()).isEqualTo("org.dicomgateway.study-complete");
            assertThat(first.get("subject").asString()).isEqualTo("study/" + study.get(0).study());
            assertThat(first.get("data").get("instances").asInt()).isEqualTo(3);
            assertThat(first.get("data").get("added").get("instances").asInt()).isEqualTo(3);
            assertThat(first.get("data").get("destinations").get(0).get("delivered").asInt()).isEqualTo(3);
            assertThat(bot.requests().get(0).body()).doesNotContain(study.get(0).patientId(), study.get(0).accession());

            gateway.deliver(study.subList(3, 4), 1);
            await().atMost(LIMIT).until(() -> bot.requests().size() == 2);
            JsonNode late = bot.requests().get(1).event();
            assertThat(late.get("data").get("instances").asInt()).isEqualTo(4);
            assertThat(late.get("data").get("added").get("instances").asInt()).isEqualTo(1);
            assertThat(late.get("data").get("added").get("series").get(0).asString())
                    .isEqualTo(study.get(3).series().value());
            assertThat(bot.requests()).extracting(Request::id).doesNotHaveDuplicates();
        }
    }

    private String rules(OrthancServer orthanc) {
        return GatewayProcess.destinations(orthanc.peer()) + "routes = [ { name = all, to = [orthanc1] } ]\n";
    }

    private String receiver(String name, WebhookServer server, String settings) {
        try {
            Path secret = directory.resolve("secret");
            Files.writeString(secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
            return "events.%s { %s, webhook { url = \"%s\", secret-file = \"%s\", timeout = 2 s } }\n"
                    .formatted(name, settings, server.url(), secret);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
