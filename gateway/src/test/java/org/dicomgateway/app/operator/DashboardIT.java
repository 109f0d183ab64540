package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.Browser;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * The operators' page in a real browser, beside a real gateway and real servers; one set of them for all tests.
 * Everything goes to the first two servers, and what {@code NARROW} sends to the third, which takes one patient and
 * refuses others.
 */
class DashboardIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final AeTitle NARROW = AeTitle.of("NARROW");
    /** As much markup as an AE title has room for. */
    private static final AeTitle MARKUP = AeTitle.of("<img src=x>");

    private static final int INSTANCE_BYTES = 8 * 1024;

    @TempDir
    private static Path directory;

    private static OrthancServer orthanc1;
    private static OrthancServer orthanc2;
    private static OrthancServer small;
    private static GatewayProcess gateway;
    private static Browser browser;
    private static TestFiles files;

    @BeforeAll
    static void start() {
        orthanc1 = OrthancServer.start(directory, "ORTHANC1");
        orthanc2 = OrthancServer.start(directory, "ORTHANC2");
        small = OrthancServer.start(directory, "SMALL", Map.of("MaximumPatientCount", 1));
        gateway = new GatewayProcess(directory.resolve("gateway"))
                .routing(rules())
                .start();
        eventually(() -> assertThat(gateway.output()).contains("ready: listening"));
        browser = Browser.start(directory);
        files = new TestFiles(directory.resolve("files"), 7);
    }

    private static String rules() {
        return GatewayProcess.destinations(orthanc1.peer(), orthanc2.peer(), small.peer()) + """
                routes = [
                  { name = narrow, match { calling-ae = NARROW }, to = small }
                  { name = everything, fallback = true, to = [orthanc1, orthanc2] }
                ]
                """;
    }

    @AfterAll
    static void stop() {
        browser.close();
        gateway.close();
        orthanc1.close();
        orthanc2.close();
        small.close();
    }

    @BeforeEach
    void openPage() {
        browser.width(1280);
        browser.open(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/"));
        eventually(() -> assertThat(browser.text("#connection")).isEqualTo("live"));
    }

    /** Among others: what the page's policy forbids. */
    @AfterEach
    void the_browser_complained_of_nothing() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void a_study_is_watched_arriving_and_found_again_by_its_accession_number() {
        List<TestFile> study = send(MODALITY, 4);
        eventually(() -> {
            assertThat(browser.text(".senders")).contains("MODALITY");
            assertThat(browser.text("#events [data-event=received]")).contains("from MODALITY");
            assertThat(browser.text("#events [data-event=delivered]")).contains("→ orthanc");
        });
        eventually(() ->
                assertThat(orthanc2.instances()).isEqualTo(orthanc1.instances()).isGreaterThanOrEqualTo(4));

        find(study.get(0).accession());
        eventually(() -> assertThat(browser.text("#found-title")).startsWith("1 study found"));
        open(study);
        eventually(() -> {
            assertThat(browser.text("#study-title"))
                    .isEqualTo("Study " + study.get(0).accession());
            assertThat(browser.text("#study .where [data-destination=orthanc1]"))
                    .contains("4 of 4 delivered");
            assertThat(browser.text("#study .where [data-destination=orthanc2]"))
                    .contains("4 of 4 delivered");
            assertThat(browser.text("#study .timeline")).contains("received", "planned", "delivered → orthanc1 × 4");
        });
        assertThat(browser.all("#study .matrix [data-instance] td[data-state=delivered]"))
                .hasSize(8);
        browser.run("document.querySelector('#study .matrix button').focus()");
        browser.press(Keys.ENTER);
        eventually(() -> assertThat(browser.text("#study .matrix .steps:not([hidden])"))
                .as("by the keyboard")
                .contains("received", "delivered → orthanc2"));
        picture("study");
        browser.press(Keys.ESCAPE);
        eventually(() -> assertThat(browser.all("dialog[open]")).isEmpty());
    }

    @Test
    void a_server_that_is_stopped_is_red_with_its_reason_and_a_study_tells_why_it_waits() {
        orthanc2.kill();
        List<TestFile> study = send(MODALITY, 3);
        eventually(() -> {
            assertThat(browser.find(row("orthanc2")).getDomAttribute("data-state"))
                    .isEqualTo("down");
            assertThat(browser.text(row("orthanc2") + " [data-label=State]")).startsWith("down");
            assertThat(browser.text(row("orthanc2") + " [data-label=Why]")).contains("refused");
            assertThat(browser.text(row("orthanc2") + " [data-label=Waiting]")).startsWith("3");
            assertThat(browser.text("#announcer")).contains("orthanc2 is down");
            assertThat(browser.title()).startsWith("1 server down");
        });
        assertThat(browser.find(".servers [data-name=orthanc2]").getDomAttribute("data-state"))
                .isEqualTo("down");
        picture("down");

        find(study.get(0).study().value());
        eventually(() -> assertThat(browser.text("#found-title")).startsWith("1 study found"));
        open(study);
        eventually(() -> assertThat(browser.text("#study .where [data-destination=orthanc2]"))
                .contains("0 of 3 delivered, 3 waiting")
                .contains("refused"));
        browser.press(Keys.ESCAPE);

        orthanc2.startAgain();
        eventually(() -> {
            assertThat(browser.text(row("orthanc2") + " [data-label=State]")).startsWith("up");
            assertThat(browser.text(row("orthanc2") + " [data-label=Waiting]")).startsWith("0");
        });
    }

    @Test
    void a_parked_instance_is_retried_by_its_button_and_another_is_discarded_with_a_reason() {
        send(NARROW, 1);
        eventually(() -> assertThat(small.instances()).isEqualTo(1));
        // As on a busy machine, where a search that takes long ends its page before it has found anything.
        browser.run("const real = window.fetch; window.fetch = (path, options) => path.startsWith('/api/deliveries')"
                + " && !path.includes('cursor=') ? Promise.resolve(new Response('{\"items\":[],\"next\":\"9-9-9\"}'))"
                + " : real(path.replace(/.cursor=9-9-9/, ''), options)");
        List<TestFile> refused = send(NARROW, 1);
        eventually(() -> assertThat(browser.text("#stuck [data-state=parked]"))
                .contains("1 instance parked", "for small", "0xA700"));
        assertThat(browser.text("#stuck")).doesNotContain("Only the last");
        picture("parked");
        small.empty();
        browser.find("#stuck [data-action=retry-study]").click();
        eventually(() -> {
            assertThat(browser.text("#toasts")).contains("1 delivery is tried again");
            assertThat(browser.text("#stuck")).contains("Nothing is parked or held");
        });
        eventually(() -> assertThat(small.instances()).isEqualTo(1));
        find(refused.get(0).accession());
        eventually(() -> assertThat(browser.text("#found-body")).contains("small 1/1"));

        send(NARROW, 1);
        eventually(() -> assertThat(browser.text("#stuck [data-state=parked]")).contains("1 instance parked"));
        browser.find("#stuck .buttons .quiet").click();
        browser.find("#ask button[type=submit]").click();
        assertThat(browser.all("#ask[open]")).as("without a reason").hasSize(1);
        browser.type("wrong patient", Keys.ENTER);
        eventually(() -> {
            assertThat(browser.text("#stuck")).contains("Nothing is parked or held");
            assertThat(browser.text("#events [data-event=discarded]")).contains("wrong patient");
        });
        small.empty();
    }

    @Test
    void markup_from_the_network_and_from_operators_is_text() {
        send(MARKUP, 1);
        String reason = "<img src=x onerror=document.title='hit'>";
        eventually(() -> {
            assertThat(browser.text(".senders")).contains("<img src=x>");
            assertThat(browser.text("#events [data-event=received]")).contains("from <img src=x>");
        });
        browser.find(row("orthanc1") + " .steer button:last-child").click();
        browser.type(reason, Keys.ENTER);
        eventually(() -> {
            assertThat(browser.text(row("orthanc1") + " [data-label=State]")).startsWith("paused");
            assertThat(browser.text(row("orthanc1") + " [data-label=Why]")).contains(reason);
        });
        assertThat(browser.all("img")).hasSize(1);
        assertThat(browser.title()).doesNotContain("hit");
        browser.find(row("orthanc1") + " .steer button:last-child").click();
        eventually(() -> assertThat(browser.text(row("orthanc1") + " [data-label=State]"))
                .startsWith("up"));
    }

    @Test
    void the_page_says_when_the_rules_are_broken_and_when_the_gateway_is_gone() throws IOException {
        Path routing = gateway.home().resolve("conf/routing.conf");
        Files.writeString(routing, rules().replace("to = small", "to = nowhere"));
        eventually(() ->
                assertThat(browser.text("#banners")).contains("The rules file is broken", "routing.conf:", "nowhere"));
        picture("broken");
        Files.writeString(routing, rules());
        eventually(() -> assertThat(browser.text("#banners")).isEmpty());

        gateway.kill();
        eventually(() -> {
            assertThat(browser.text("#banners")).contains("The connection to the gateway is lost");
            assertThat(browser.text("#connection")).isEqualTo("no connection");
        });
        gateway.start();
        eventually(() -> {
            assertThat(browser.text("#banners")).isEmpty();
            assertThat(browser.text("#connection")).isEqualTo("live");
        });
        assertThat(browser.complaints())
                .allMatch(line -> line.contains("ERR_CONNECTION_REFUSED")
                        || line.contains("ERR_INCOMPLETE_CHUNKED_ENCODING")
                        || line.contains("ERR_CONNECTION_RESET"));
    }

    @Test
    void a_destination_says_which_transforms_it_has_and_whether_they_de_identify() throws IOException {
        Path routing = gateway.home().resolve("conf/routing.conf");
        Path key = Files.writeString(
                routing.resolveSibling("trial.key"),
                "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(routing, rules() + """
                transforms {
                  tidy { remove = [StudyDescription] }
                  trial { profile = basic, key-file = trial.key }
                }
                destinations { orthanc1.transform = tidy, small.transform = [tidy, trial] }
                """);
        eventually(() -> {
            assertThat(browser.text(row("orthanc1"))).contains("changed by tidy");
            assertThat(browser.text(row("small"))).contains("de-identified by tidy, trial");
            assertThat(browser.text(row("orthanc2"))).doesNotContain("tidy");
        });
        picture("transforms");
        Files.writeString(routing, rules());
        eventually(() -> assertThat(browser.text(row("small"))).doesNotContain("tidy"));
    }

    @Test
    void it_fits_400_pixels_follows_the_dark_scheme_and_every_button_is_reached_by_tab() {
        List<TestFile> study = send(MODALITY, 1);
        browser.width(400);
        // The chart follows a moment later.
        eventually(() -> assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true));
        assertThat(browser.run("return [...document.querySelectorAll('main *')].filter(e => e.checkVisibility()"
                        + " && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('svg, .hidden, thead'))"
                        + ".map(e => e.outerHTML.slice(0, 80)).join()"))
                .isEqualTo("");
        assertThat(ground()).isGreaterThan(200);
        browser.media("prefers-color-scheme", "dark");
        assertThat(ground()).isLessThan(50);
        assertThat(browser.find("#events [data-event=delivered] .link").isDisplayed())
                .as("which study")
                .isTrue();
        picture("narrow-dark");
        find(study.get(0).accession());
        eventually(() -> assertThat(browser.text("#found-title")).startsWith("1 study found"));
        open(study);
        eventually(() -> assertThat(browser.text("#study .matrix")).contains("orthanc1", "orthanc2"));
        assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
        assertThat(browser.run("const e = document.querySelector('#study .matrix').parentElement;"
                        + "return e.scrollWidth <= e.clientWidth"))
                .as("both servers are seen")
                .isEqualTo(true);
        picture("study-narrow-dark");
        browser.press(Keys.ESCAPE);
        browser.media("prefers-color-scheme", "light");
        openPage(); // with the focus at its beginning

        browser.run("document.activeElement.blur()");
        int controls = Integer.parseInt(
                String.valueOf(
                        browser.run(
                                "return [...document.querySelectorAll('a[href], button, input')].filter(e => e.checkVisibility()).length")));
        assertThat(controls).isGreaterThan(10);
        for (int i = 0; i < controls; i++) {
            browser.press(Keys.TAB);
            assertThat(browser.run("const e = document.activeElement; const s = getComputedStyle(e);"
                            + "return e !== document.body && s.outlineStyle !== 'none'"))
                    .as("focus is seen at step " + i)
                    .isEqualTo(true);
        }
    }

    /** Red of the page's ground: 0 to 255. */
    private static int ground() {
        return Integer.parseInt(String.valueOf(
                browser.run("return Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")));
    }

    private static List<TestFile> send(AeTitle calling, int instances) {
        List<TestFile> study = files.study(1, instances, INSTANCE_BYTES);
        Dcmtk.storescu(
                        gateway.peer(),
                        calling,
                        study.stream().map(TestFile::path).toList())
                .orFail();
        return study;
    }

    /** As an operator does it: by the keyboard. */
    private static void find(String query) {
        browser.run("document.activeElement.blur()");
        browser.press("/");
        assertThat(browser.run("return document.activeElement.id")).isEqualTo("query");
        browser.type(query, Keys.ENTER);
    }

    private static void open(List<TestFile> study) {
        browser.find("[data-study='" + study.get(0).study() + "']").click();
    }

    private static String row(String destination) {
        return "#destination-rows [data-name=" + destination + "]";
    }

    /** For people; and axe-core looks at it. */
    private static void picture(String name) {
        browser.screenshot(Path.of("target", "dashboard", name + ".png"));
        assertThat(browser.violations()).as(name).isEmpty();
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(100)).untilAsserted(assertion);
    }
}
