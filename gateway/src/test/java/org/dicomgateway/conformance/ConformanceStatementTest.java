package org.dicomgateway.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;

/** Holds docs/conformance.md against what the gateway would print, and that against the code. */
class ConformanceStatementTest {

    private static final Pattern ANSWER = Pattern.compile(
            "(?:new CStoreResponse|new Answer|refused|RefusedMessageException|-> )\\(?\\s*DimseStatus\\.([A-Z_]+)");

    private static Statement shipped() throws Exception {
        Path root = ProjectRoot.path();
        Matcher version =
                Pattern.compile("<version>([^<]+)</version>").matcher(Files.readString(root.resolve("pom.xml")));
        assertThat(version.find()).isTrue();
        return ConformanceStatement.of(
                Configuration.loadAll(root.resolve("conf/gateway.conf")), "DICOM Gateway " + version.group(1));
    }

    @Test
    void the_document_is_the_statement_of_the_shipped_configuration() throws Exception {
        assertThat(MarkdownText.of(shipped()))
                .as("docs/conformance.md; to renew it: scripts/gateway conformance > docs/conformance.md")
                .isEqualTo(Files.readString(ProjectRoot.path().resolve("docs/conformance.md")));
    }

    /** Also those that no test can provoke on the wire. */
    @Test
    void every_status_that_the_code_answers_with_is_in_it() throws Exception {
        Set<String> inCode = new TreeSet<>();
        for (String folder : List.of("receive", "dicom/acceptor", "dicom/commitment", "commit")) {
            try (Stream<Path> files = Files.walk(ProjectRoot.path()
                    .resolve("gateway/src/main/java/org/dicomgateway")
                    .resolve(folder))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    inCode.addAll(statuses(file));
                }
            }
        }
        Set<String> stated = Stream.of(Codes.storeAnswers(), Codes.commitmentAnswers(), Codes.reportAnswers())
                .flatMap(List::stream)
                .map(row -> row.get(0))
                .collect(Collectors.toSet());
        assertThat(inCode).hasSizeGreaterThan(8);
        assertThat(stated).containsAll(inCode);
    }

    private static Set<String> statuses(Path file) throws IOException {
        return ANSWER.matcher(Files.readString(file))
                .results()
                .map(match -> DimseStatus.format(constant(match.group(1))))
                .collect(Collectors.toSet());
    }

    private static int constant(String name) {
        try {
            return DimseStatus.class.getField(name).getInt(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name, e);
        }
    }

    @Test
    void what_comes_from_a_configuration_is_no_markup() {
        Statement statement = new Statement.Draft()
                .chapter("A <b> | `c`")
                .text("x <script>y</script> [z](w) _u_")
                .table(List.of("a|b"), List.of(List.of("1\n2|3")))
                .end("T & t");
        assertThat(MarkdownText.of(statement)).isEqualTo("""
                # T & t

                ## 1 A \\<b\\> \\| \\`c\\`

                x \\<script\\>y\\</script\\> \\[z\\](w) \\_u\\_

                | a\\|b |
                | --- |
                | 1 2\\|3 |
                """);
        assertThat(HtmlPage.of(statement))
                .contains(
                        "<h2>1 A &lt;b&gt; | `c`</h2>", "x &lt;script&gt;y&lt;/script&gt;", "<title>T &amp; t</title>")
                .doesNotContain("<script>");
    }
}
