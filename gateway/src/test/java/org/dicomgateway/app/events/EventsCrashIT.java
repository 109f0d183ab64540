package org.dicomgateway.app.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.jvm.Debugger;
import org.dicomgateway.testkit.jvm.Debugger.Step;
import org.dicomgateway.testkit.web.WebhookServer;
import org.dicomgateway.testkit.web.WebhookServer.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at each step of an event: its instances are seen, it is made, it is told, and noted as taken. Whatever the step:
 * the event is told, under one id however often, and what comes late is told after it. {@code -Dcrash.all=true} takes both
 * sides of each step.
 */
class EventsCrashIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final boolean ALL = Boolean.getBoolean("crash.all");

    @TempDir
    private Path directory;

    private static List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (String step :
                List.of("EventStore.arrived", "EventStore.looked", "WebhookMessenger.tell", "EventStore.taken")) {
            String name = "org.dicomgateway.events." + step.substring(0, step.indexOf('.'));
            String method = step.substring(step.indexOf('.') + 1);
            if (ALL) {
                steps.add(new Step(name, method, true, 1));
            }
            steps.add(new Step(name, method, false, 1));
        }
        return steps;
    }

    @Test
    void whatever_the_step_each_study_is_told_under_one_id_and_in_order() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 9);
        Path secret = Files.writeString(directory.resolve("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                WebhookServer bot = WebhookServer.start();
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(GatewayProcess.destinations(orthanc.peer())
                                + "routes = [ { name = all, to = [orthanc1] } ]\n"
                                + "events.bot { on = [study-complete], quiet = 1 s, webhook { url = \"" + bot.url()
                                + "\", secret-file = \"" + secret + "\" } }\n")
                        .start()) {
            Thread.sleep(1_000); // It has looked once, so that it knows from where on.
            gateway.kill();
            for (Step step : steps()) {
                List<TestFile> study = files.study(1, 2, 16 * 1024);
                int port = FreePorts.next();
                gateway.begin(Debugger.option(port));
                try (Debugger debugger = Debugger.attach(port, step)) {
                    gateway.awaitReady();
                    send(gateway, study.subList(0, 1));
                    assertThat(debugger.await(LIMIT)).as("came to " + step).isTrue();
                    gateway.kill();
                }
                gateway.start();
                await(step.toString())
                        .atMost(LIMIT)
                        .until(() -> !ids(bot, study).isEmpty());
                send(gateway, study.subList(1, 2));
                await(step + ", late").atMost(LIMIT).until(() -> ids(bot, study).size() == 2);
                assertThat(requests(bot, study))
                        .as(step.toString())
                        .extracting(each -> each.event()
                                .get("data")
                                .get("added")
                                .get("instances")
                                .asInt())
                        .containsOnly(1);
                assertThat(requests(bot, study).size()).as("told, " + step).isLessThanOrEqualTo(3);
                gateway.kill();
            }
        }
    }

    private static void send(GatewayProcess gateway, List<TestFile> files) {
        List<String> arguments = new ArrayList<>(List.of("gateway", "--quiet"));
        files.forEach(file -> arguments.add(file.path().toString()));
        // The answer may be lost with the gateway.
        gateway.ask("send", arguments.toArray(String[]::new));
    }

    private static List<Request> requests(WebhookServer bot, List<TestFile> study) {
        return bot.requests().stream()
                .filter(each -> each.subject().equals("study/" + study.get(0).study()))
                .toList();
    }

    private static Set<String> ids(WebhookServer bot, List<TestFile> study) {
        Set<String> ids = new LinkedHashSet<>();
        requests(bot, study).forEach(each -> ids.add(each.id()));
        return ids;
    }
}
