package org.dicomgateway.app.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Browser;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.Elements;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * Texts that a hostile device sends by C-STORE, in every view of the page, in a real browser: they stay texts, show
 * what they are, and push nothing out of place.
 */
@Timeout(300)
class StoredTextsIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final AeTitle ROUTED = AeTitle.of("<svg onload=h()>");
    private static final AeTitle UNROUTED = AeTitle.of("\"><img src=x>");

    private static final List<String> HOSTILE = List.of(
            "<script>window.hit=1</script>",
            "<img src=x onerror=\"window.hit=1\">",
            "<svg/onload=window.hit=1>",
            "\" onmouseover=\"window.hit=1\" x=\"",
            "' autofocus onfocus='window.hit=1",
            "javascript:window.hit=1",
            "data:text/html,<script>window.hit=1</script>",
            "http://evil.example/?a=1&b=2#study=1",
            "</li></ul><h1>All is well</h1>",
            "<!--",
            "${window.hit=1}{{window.hit=1}}",
            "#study=1.2.3",
            "__proto__",
            "constructor",
            "evil\u202Egnp.exe",
            "\u2066abc\u2069\u200Edef\u200F",
            "bell\u0007 back\u0008 delete\u007F",
            "\u0085\u2028\u2029\uFEFF",
            "&lt;b&gt;&#60;b&#62;",
            "W".repeat(64),
            "w".repeat(60_000),
            "漢字 \uD83D\uDE00 e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301");

    @TempDir
    private static Path directory;

    private static GatewayProcess gateway;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        Peer nobody = new Peer(AeTitle.of("NOBODY"), "127.0.0.1", FreePorts.next());
        gateway = new GatewayProcess(directory.resolve("gateway"))
                .routing(GatewayProcess.destinations(nobody) + """
                        routes = [ { name = some, match { calling-ae = "%s" }, to = nobody } ]
                        """.formatted(ROUTED.value()))
                .start();
        eventually(() -> assertThat(gateway.output()).contains("ready: listening"));
        Dcmtk.storescu(gateway.peer(), ROUTED, files("1")).orFail();
        Dcmtk.storescu(gateway.peer(), UNROUTED, files("2")).orFail();
        browser = Browser.start(directory);
    }

    private static List<Path> files(String which) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String text : HOSTILE) {
            String root = "2.25." + which + "." + (files.size() + 1);
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            byte[] value = Arrays.copyOf(utf8, utf8.length + (utf8.length & 1));
            if (value.length > utf8.length) {
                value[utf8.length] = ' ';
            }
            boolean asUid = which.equals("2") && utf8.length < 65_000;
            byte[] study =
                    asUid ? value : (root + ((root.length() & 1) == 1 ? "\0" : "")).getBytes(StandardCharsets.US_ASCII);
            byte[] file = new Elements()
                    .text(0x0008, 0x0005, "CS", "ISO_IR 192")
                    .text(0x0008, 0x0016, "UI", TestFiles.CT.value())
                    .text(0x0008, 0x0018, "UI", root + ".3")
                    .bytes(0x0008, 0x0050, "SH", value)
                    .bytes(0x0008, 0x0060, "CS", value)
                    .bytes(0x0010, 0x0010, "PN", value)
                    .bytes(0x0010, 0x0020, "LO", value)
                    .bytes(0x0020, 0x000d, "UI", study)
                    .text(0x0020, 0x000e, "UI", root + ".2")
                    .toPart10(TestFiles.CT, Uid.of(root + ".3"), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
            Path path = directory.resolve("hostile-" + which + "-" + files.size() + ".dcm");
            Files.write(path, file);
            files.add(path);
        }
        return files;
    }

    @AfterAll
    static void stop() {
        browser.close();
        gateway.close();
    }

    @Test
    void in_every_view_they_are_texts_and_nothing_else() {
        browser.open(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/"));
        eventually(() -> {
            assertThat(browser.text("#connection")).isEqualTo("live");
            assertThat(browser.text(".senders")).contains(ROUTED.value(), UNROUTED.value());
            assertThat(browser.text("#stuck")).contains("held");
            assertThat(browser.text("#events")).contains("from " + ROUTED.value());
        });
        assertHarmless("overview");
        for (String text : HOSTILE) {
            String query = text.length() > 200 ? ROUTED.value() : text;
            find(query);
            eventually(() -> assertThat(browser.text("#found-title")).contains("found for"));
            assertHarmless("found " + name(text));
        }
        find(ROUTED.value());
        eventually(() -> assertThat(browser.text("#found-title")).startsWith(HOSTILE.size() + " studies found"));
        for (int i = 0; i < HOSTILE.size(); i++) {
            browser.run("document.querySelectorAll('#found-body [data-study]')[arguments[0]].click()", i);
            eventually(() -> assertThat(browser.text("#study")).contains("Where it is", "nobody", "What happened"));
            browser.run("document.querySelectorAll('#study [aria-expanded=false]').forEach(each => each.click())");
            assertHarmless("study " + i);
            browser.press(Keys.ESCAPE);
            eventually(() -> assertThat(browser.all("dialog[open]")).isEmpty());
        }
        List<String> held = heldStudies();
        assertThat(held).hasSizeGreaterThan(10);
        for (int i = 0; i < held.size(); i++) {
            browser.run("document.querySelectorAll('#stuck .whose a')[arguments[0]].click()", i);
            eventually(() -> assertThat(browser.text("#study"))
                    .containsAnyOf("no route applies", "Loading failed", "does not know"));
            assertHarmless("held " + i);
            browser.press(Keys.ESCAPE);
            eventually(() -> assertThat(browser.all("dialog[open]")).isEmpty());
        }
        browser.width(400);
        assertHarmless("narrow");
        // What is no UID at all cannot be asked for, and the page says so.
        assertThat(browser.complaints()).allMatch(line -> line.contains("status of 400"));
    }

    private static List<String> heldStudies() {
        return browser.all("#stuck .whose a").stream()
                .map(link -> String.valueOf(link.getDomAttribute("href")))
                .toList();
    }

    private static String name(String text) {
        return text.substring(0, Math.min(20, text.length()));
    }

    private static void find(String query) {
        browser.run(
                "const f = document.getElementById('query'); f.value = arguments[0]; f.form.requestSubmit()", query);
    }

    private static void assertHarmless(String view) {
        assertThat(browser.run("return window.hit === undefined && document.title.endsWith('DICOM Gateway')"))
                .as(view)
                .isEqualTo(true);
        assertThat(browser.run("""
                        const foreign = [];
                        const acting = /^(href|xlink:href|src|srcset|action|formaction|data|style)$/;
                        for (const e of document.querySelectorAll('*')) {
                          for (const a of e.attributes) {
                            if (a.name.startsWith('on') || acting.test(a.name) && /^\\s*(javascript|data):/i.test(a.value)) {
                              foreign.push(e.tagName + ' ' + a.name);
                            }
                          }
                          if (/^(IFRAME|OBJECT|EMBED|BASE|H1)$/.test(e.tagName) && !e.closest('.brand')) foreign.push(e.tagName);
                        }
                        if (document.querySelectorAll('script').length !== 2) foreign.push('script');
                        if (document.querySelectorAll('img').length !== 1) foreign.push('img');
                        for (const a of document.querySelectorAll('a')) {
                          if (new URL(a.href).origin !== location.origin) foreign.push(a.href);
                        }
                        return foreign.join()""")).as(view).isEqualTo("");
        assertThat(browser.run("""
                        const unseen = /[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]/;
                        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                        const found = [];
                        while (walker.nextNode()) {
                          const text = walker.currentNode.data;
                          if (unseen.test(text)) found.push(escape(text.slice(0, 80)));
                          if (text.length > 1100) found.push(text.length + ' characters');
                        }
                        for (const e of document.querySelectorAll('[title], [aria-label]')) {
                          for (const a of ['title', 'aria-label']) {
                            const text = e.getAttribute(a) ?? '';
                            if (unseen.test(text) || text.length > 1100) found.push(a + ' ' + escape(text.slice(0, 80)));
                          }
                        }
                        return found.join()""")).as(view).isEqualTo("");
        eventually(() -> assertThat(
                        browser.run(
                                "return document.documentElement.scrollWidth <= innerWidth"
                                        + " && [...document.querySelectorAll('dialog[open]')].every(d => d.scrollWidth <= d.clientWidth)"))
                .as(view + " fits")
                .isEqualTo(true));
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(100)).untilAsserted(assertion);
    }
}
