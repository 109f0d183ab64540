package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page's files over a real port; what they do in a browser is another test's. */
class DashboardTest {

    private static final Path FOLDER = ProjectRoot.path().resolve("gateway/src/main/resources/dashboard");
    private static final long MAX_BYTES = 150_000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AdminServer server = new AdminServer(
            new AdminSettings(
                    true,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    List.of(),
                    Optional.empty(),
                    Optional.empty()),
            new FakeControls(),
            new FakeSpoolView(),
            new Telemetry(),
            AuditListener.NOBODY,
            new TlsContexts(InstantSource.system()),
            HttpLimits.DEFAULT);

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_page_is_given_with_a_policy_that_allows_nothing_from_elsewhere_and_nothing_inline() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(page, "Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
                .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'")
                .doesNotContain("unsafe", "http:", "https:", "data:", "*");
        assertThat(page.body())
                .doesNotContainPattern("(?i)<script(?![^>]* src=)")
                .doesNotContainPattern("(?i)<style|\\sstyle=|\\son[a-z]+=|javascript:");
    }

    @Test
    void every_file_is_given_and_everything_that_files_ask_for_is_there() throws Exception {
        Set<String> asked = new TreeSet<>(Set.of("/"));
        for (Path file : files()) {
            String name = file.getFileName().toString();
            if (!name.equals("index.html")) {
                asked.add("/assets/" + name);
            }
            asked.addAll(references(Files.readString(file)));
        }
        assertThat(asked).contains("/assets/uplot.js", "/assets/uplot.css", "/assets/app.js", "/assets/dom.js");
        for (String path : asked) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(header(answer, "Content-Type"))
                    .as(path)
                    .startsWith(
                            switch (path.substring(path.lastIndexOf('.') + 1)) {
                                case "js" -> "text/javascript";
                                case "css" -> "text/css";
                                case "svg" -> "image/svg+xml";
                                default -> "text/html";
                            });
            assertThat(answer.body()).as(path).isNotEmpty();
        }
    }

    @Test
    void nothing_else_is_given() throws Exception {
        for (String path : List.of(
                "/assets/",
                "/assets/none.js",
                "/assets/../reference.conf",
                "/assets/%2e%2e/reference.conf",
                "/index.html")) {
            assertThat(get(path).statusCode()).as(path).isIn(400, 404);
        }
    }

    @Test
    void a_file_that_the_browser_has_is_not_sent_again() throws Exception {
        String tag = header(get("/assets/app.js"), "ETag");
        HttpResponse<String> again = get("/assets/app.js", "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(get("/assets/app.js", "If-None-Match", "\"older\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_page_of_another_host_gets_none_of_it() throws Exception {
        assertThat(get("/", "Origin", "http://elsewhere.example").statusCode()).isEqualTo(403);
    }

    @Test
    void the_page_is_small_makes_no_markup_of_texts_and_calls_no_other_host() throws Exception {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
            assertThat(Files.readString(file))
                    .as(file.getFileName().toString())
                    .doesNotContainPattern(
                            "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|new Function")
                    .doesNotContainPattern("https?://(?!www\\.w3\\.org/)|[\"'(]//")
                    .doesNotContainPattern("setTimeout\\(['\"]|@import|url\\(");
        }
        assertThat(bytes).isBetween(10_000L, MAX_BYTES);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    /** What a file imports, links or loads, as paths of requests. */
    private static Set<String> references(String text) {
        return Pattern.compile("(?:from '|import '|src=\"|href=\")(\\./|/assets/)([a-z.]+)")
                .matcher(text)
                .results()
                .map(match -> "/assets/" + match.group(2))
                .collect(Collectors.toSet());
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
