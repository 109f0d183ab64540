package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Browser;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * What a night shift asks: which server, why, what waits, where is this study, and what do I do. Asked of the page and of
 * the command line, while one destination is down, another one refuses, and a sender calls a wrong AE title.
 */
class NightShiftIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final AeTitle CT9 = AeTitle.of("CT9");
    private static final AeTitle STRANGER = AeTitle.of("STRANGER");
    private static final int INSTANCE_BYTES = 8 * 1024;

    @TempDir
    private static Path directory;

    private static OrthancServer full;
    private static GatewayProcess gateway;
    private static Browser browser;
    private static List<TestFile> study = List.of();

    @BeforeAll
    static void start() {
        full = OrthancServer.start(directory, "FULL", Map.of("MaximumPatientCount", 1));
        Peer absent = new Peer(AeTitle.of("ABSENT"), "127.0.0.1", FreePorts.next());
        gateway = new GatewayProcess(directory.resolve("gateway"))
                .routing(GatewayProcess.destinations(full.peer(), absent) + """
                        routes = [
                          { name = everything, fallback = true, to = [full, absent] }
                          { name = pair, match { calling-ae = US1 }, strategy = failover, to = [full, absent] }
                        ]
                        """)
                .start();
        TestFiles files = new TestFiles(directory.resolve("files"), 11);
        send(files.study(1, 1, INSTANCE_BYTES));
        eventually(() -> assertThat(full.instances()).isEqualTo(1));
        study = files.study(1, 2, INSTANCE_BYTES);
        send(study);
        Peer wrong = new Peer(AeTitle.of("WRONG"), "127.0.0.1", gateway.peer().port());
        for (int i = 0; i < 3; i++) {
            assertThat(Dcmtk.echoscu(wrong, STRANGER).succeeded()).isFalse();
        }
        browser = Browser.start(directory);
    }

    @AfterAll
    static void stop() {
        browser.close();
        gateway.close();
        full.close();
    }

    @Test
    void the_page_answers_the_five_questions() {
        browser.open(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/"));
        eventually(() -> {
            assertThat(browser.title()).as("which server").startsWith("1 server down");
            assertThat(browser.text(row("absent") + " [data-label=State]")).startsWith("down");
            assertThat(browser.text(row("absent") + " [data-label=Why]"))
                    .as("why, and when it is tried again")
                    .contains("Connection refused")
                    .containsPattern("next attempt in \\d+ s|it is being tried now");
            assertThat(browser.text(row("absent") + " [data-label=Waiting]"))
                    .as("what waits")
                    .startsWith("3");
            assertThat(browser.text(row("full") + " [data-label=Parked]")).startsWith("2");
            assertThat(browser.text("#stuck")).contains("2 instances parked", "for full", "0xA700");
        });
        assertThat(browser.find(row("absent") + " [data-action=try]").isDisplayed())
                .as("what do I do")
                .isTrue();
        assertThat(browser.text("#stuck .buttons")).contains("Retry", "Discard");
        assertThat(browser.text("#rejected-rows"))
                .contains("STRANGER", "127.0.0.1 called WRONG", "1/1/7", "3", "Correct the called AE title");
        assertThat(browser.text("#events [data-event=rejected]")).contains("from STRANGER", "1/1/7");
        assertThat(browser.text("#events [data-event=parked]"))
                .contains(study.get(0).accession() + " CT");

        browser.press("/");
        browser.type(study.get(0).accession().toLowerCase(Locale.ROOT), Keys.ENTER);
        eventually(() -> assertThat(browser.text("#found-title")).startsWith("1 study found"));
        browser.find("[data-study='" + study.get(0).study() + "']").click();
        eventually(() -> assertThat(browser.text("#study-sentence"))
                .as("where is it")
                .startsWith(study.get(0).accession() + " came ")
                .contains(
                        "from CT9, 2 images. It is safe in the gateway; absent does not have it yet, because it is down:",
                        "cannot connect")
                .contains("full did not take it: 0xA700")
                .doesNotContain(study.get(0).patientId()));
        browser.find("#study .sentence button").click();
        eventually(() -> assertThat(browser.text("#study .sentence button")).isEqualTo("Copied"));
        assertThat(browser.all("#study .matrix [data-instance] td[data-state=parked]"))
                .hasSize(2);
        assertThat(browser.all("#study .matrix [data-instance] td[data-state=pending]"))
                .hasSize(2);
        assertThat(browser.violations()).isEmpty();
        browser.screenshot(Path.of("target", "dashboard", "night-study.png"));
        browser.press(Keys.ESCAPE);
        browser.screenshot(Path.of("target", "dashboard", "night.png"));
        assertThat(browser.violations()).isEmpty();

        browser.find(row("absent") + " [data-action=try]").click();
        eventually(() -> assertThat(browser.text("#toasts")).contains("absent is tried now"));
        browser.find(row("absent") + " [data-action=reroute]").click();
        assertThat(browser.text("#ask")).contains("3 deliveries that wait", "full");
        assertThat(browser.violations()).isEmpty();
        browser.press(Keys.ESCAPE);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void the_command_line_answers_the_five_questions() {
        eventually(() -> assertThat(ask("status").output())
                .as("which server, why, what waits, what do I do")
                .containsPattern("absent: DOWN since .*, 3 deliveries wait: .*Connection refused")
                .contains("scripts/gateway retry --now absent", "scripts/gateway reroute absent OTHER")
                .contains("parked: 2 deliveries wait for your decision: scripts/gateway parked")
                .containsPattern("STRANGER +127.0.0.1 +3 +.* ago +1/1/7 .*Correct the called AE title"));
        assertThat(ask("parked").output()).contains("full", "0xA700");
        assertThat(ask("trace", study.get(0).accession().toLowerCase(Locale.ROOT))
                        .output())
                .as("where is it")
                .contains("from CT9, 2 images. It is safe in the gateway", "full did not take it: 0xA700")
                .doesNotContain(study.get(0).patientId());
        eventually(() -> assertThat(ask("retry", "--now", "absent").orFail().output())
                .contains("destination absent is tried now"));
        assertThat(gateway.forwardLog())
                .filteredOn(line -> line.contains("event=rejected"))
                .as("one line, however often within a minute")
                .singleElement()
                .asString()
                .contains("calling=STRANGER called=WRONG remote=127.0.0.1", "code=1/1/7 count=1 reason=");
    }

    /** Leaves the destination paused, which the other tests do not notice. */
    @Test
    void what_no_server_can_take_is_on_the_page_and_in_status_with_what_to_do() {
        browser.open(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/"));
        eventually(() ->
                assertThat(browser.text(row("full") + " [data-label=Parked]")).startsWith("2"));
        ask("pause", "full").orFail();
        TestFile image = new TestFiles(directory.resolve("ultrasound"), 12)
                .study(1, 1, INSTANCE_BYTES)
                .get(0);
        Dcmtk.storescu(gateway.peer(), AeTitle.of("US1"), List.of(image.path())).orFail();

        eventually(() -> assertThat(ask("status").output())
                .contains(
                        "waiting: 1 delivery, none of their destinations can be used",
                        "scripts/gateway reroute '(any)' OTHER"));
        eventually(() -> {
            assertThat(browser.text("#banners")).contains("1 delivery waits: none of their destinations can be used");
            assertThat(browser.text("#figures")).contains("Waiting\n4").doesNotContain("nothing waits");
        });
        assertThat(browser.violations()).isEmpty();
        browser.find("#banners button").click();
        assertThat(browser.text("#ask")).contains("what waits for any server", "full", "absent");
        browser.press(Keys.ESCAPE);
    }

    @Test
    void before_the_gateway_has_answered_the_page_says_so_and_nothing_is_green() {
        browser.hold("*/api/*");
        try {
            browser.open(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/?slow"));
            for (String part : List.of("#figures", "#flow", "#destination-rows", "#stuck", "#events")) {
                assertThat(browser.text(part)).as(part).contains("Loading…");
            }
            assertThat(browser.run("return [...document.querySelectorAll('.icon[data-state=up], [data-state=up] b')]"
                            + ".filter(e => e.checkVisibility()).length"))
                    .as("green")
                    .hasToString("0");
            assertThat(browser.text("body")).doesNotContain("Nothing is parked", "nothing is stuck", "nothing waits");
            assertThat(browser.violations()).isEmpty();
        } finally {
            browser.letGo();
        }
        eventually(() -> {
            assertThat(browser.text(row("absent") + " [data-label=State]")).startsWith("down");
            assertThat(browser.text("body")).doesNotContain("Loading…");
        });
    }

    private static Dcmtk.Result ask(String... command) {
        return gateway.ask(
                command[0], List.of(command).subList(1, command.length).toArray(String[]::new));
    }

    private static void send(List<TestFile> files) {
        Dcmtk.storescu(gateway.peer(), CT9, files.stream().map(TestFile::path).toList())
                .orFail();
    }

    private static String row(String destination) {
        return "#destination-rows [data-name=" + destination + "]";
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).untilAsserted(assertion);
    }
}
