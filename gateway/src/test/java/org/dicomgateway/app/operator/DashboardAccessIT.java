package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.testkit.Browser;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * The operators' page in a real browser where it is encrypted and asks who one is: an operator steers, a viewer looks.
 */
class DashboardAccessIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String PASSWORD = "correct-horse";
    private static final int DAYS_LEFT = 9;

    @TempDir
    private Path directory;

    @Test
    void an_operator_logs_in_and_pauses_and_a_viewer_sees_that_and_cannot_undo_it() {
        Certificates certificates =
                new Certificates(directory.resolve("gateway/conf/tls")).makeFor(DAYS_LEFT, "gateway");
        Peer nobody = new Peer(AeTitle.of("NOBODY"), "127.0.0.1", FreePorts.next());
        String hash = PasswordHash.make(new Secret(PASSWORD)).written();
        try (GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .broadcastTo(nobody)
                        .configure("""
                                gateway.admin {
                                  tls { enabled = true, certificate = tls/gateway.crt, key = tls/gateway.key }
                                  users {
                                    anna { role = operator, password-hash = "%1$s" }
                                    bob { role = viewer, password-hash = "%1$s" }
                                  }
                                }
                                """.formatted(hash))
                        .start();
                Browser browser = Browser.start(directory, certificates.certificate("gateway"))) {
            Dcmtk.storescu(
                            gateway.peer(),
                            AeTitle.of("CT1"),
                            List.of(new TestFiles(directory.resolve("files"), 3)
                                    .single(8 * 1024)
                                    .path()))
                    .orFail();

            eventually(() -> assertThat(gateway.output()).contains("ready: listening"));
            browser.open(page(gateway, "127.0.0.1", ""));
            assertThat(browser.all("*[id]")).as("what a stranger is shown").isEmpty();
            browser.open(page(gateway, "127.0.0.1", "anna:wrong@"));
            assertThat(browser.all("*[id]")).as("who guesses is shown").isEmpty();
            assertThat(gateway.output()).contains("wrong credentials from 127.0.0.1: user anna");

            logIn(browser, gateway, "127.0.0.1", "anna");
            eventually(() -> {
                assertThat(browser.text(row("State"))).startsWith("down");
                assertThat(browser.text(row("Waiting"))).startsWith("1");
                assertThat(browser.text(".senders")).contains("CT1");
                assertThat(browser.text("#banners")).contains("A certificate expires soon:", "in 8 d");
            });
            assertThat(browser.text("#user")).isEqualTo("anna");
            pictures(browser, "operator");
            browser.find(steer()).click();
            browser.type("new disk", Keys.ENTER);
            eventually(() -> {
                assertThat(browser.text("#toasts")).contains("nobody is paused");
                assertThat(browser.text(row("State"))).startsWith("paused");
                assertThat(browser.text(row("Why"))).contains("new disk");
            });

            // Another name is another place to log in to, for the browser.
            logIn(browser, gateway, "localhost", "bob");
            eventually(() -> {
                assertThat(browser.text(row("State"))).startsWith("paused");
                assertThat(browser.text(row("Why"))).contains("new disk");
            });
            eventually(() -> assertThat(browser.text("#user")).isEqualTo("bob (view only)"));
            assertThat(browser.find(steer()).isDisplayed()).isFalse();
            // One who finds it all the same is refused.
            browser.run("document.querySelector(arguments[0]).click()", steer());
            eventually(() ->
                    assertThat(browser.text("#toasts")).contains("This failed: bob may look, and change nothing"));
            pictures(browser, "viewer");
            assertThat(browser.text(row("State"))).startsWith("paused");
            assertThat(gateway.output())
                    .contains("operator anna: destination nobody is paused: new disk")
                    .doesNotContain("is resumed", PASSWORD);
            assertThat(browser.complaints())
                    .allMatch(line -> line.contains("status of 401") || line.contains("status of 403"));
        }
    }

    /**
     * A browser without a screen has no window to ask in: the address says it, and the browser keeps it for the host.
     */
    private static void logIn(Browser browser, GatewayProcess gateway, String host, String user) {
        browser.open(page(gateway, host, user + ":" + PASSWORD + "@"));
        browser.open(page(gateway, host, ""));
        eventually(() -> assertThat(browser.text("#connection")).isEqualTo("live"));
    }

    private static URI page(GatewayProcess gateway, String host, String credentials) {
        return URI.create("https://" + credentials + host + ":" + gateway.adminPort() + "/");
    }

    private static String row(String label) {
        return "#destination-rows [data-name=nobody] [data-label=" + label + "]";
    }

    /** Pause, or Resume. */
    private static String steer() {
        return "#destination-rows [data-name=nobody] .steer button:last-child";
    }

    /** For people: a wide window and a phone, by day and by night. */
    private static void pictures(Browser browser, String name) {
        for (String scheme : List.of("light", "dark")) {
            browser.media("prefers-color-scheme", scheme);
            for (int width : List.of(400, 1280)) {
                browser.width(width);
                // The chart follows a moment later.
                eventually(() -> assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                        .as(name + " fits " + width)
                        .isEqualTo(true));
                browser.screenshot(Path.of("target", "dashboard", name + "-" + width + "-" + scheme + ".png"));
            }
        }
        browser.media("prefers-color-scheme", "light");
    }

    private static void eventually(ThrowingRunnable condition) {
        await().atMost(LIMIT).untilAsserted(condition);
    }
}
