package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No link within the documents leads nowhere: the file is there, and so is the heading. */
class DocumentLinksTest {

    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)|(?:src|srcset|href)=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");

    /** How comments of programs, scripts and configurations name a document. */
    private static final Pattern MENTION = Pattern.compile("\\bdocs/[A-Za-z0-9/_-]+\\.md\\b");

    private final Path root = ProjectRoot.path();

    @TempDir
    private Path folder;

    @Test
    void every_link_within_the_documents_leads_to_a_file_and_a_heading() throws IOException {
        List<Path> documents = documents();
        assertThat(documents).hasSizeGreaterThan(15);
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : documents) {
            links += check(document, broken);
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(100);
    }

    @Test
    void every_document_is_reached_from_the_README() throws IOException {
        Set<Path> reached = new HashSet<>();
        List<Path> next = new ArrayList<>(List.of(root.resolve("README.md")));
        while (!next.isEmpty()) {
            Path document = next.remove(0);
            if (reached.add(document)) {
                targets(document)
                        .filter(target -> target.endsWith(".md") || target.contains(".md#"))
                        .forEach(target -> next.add(document.resolveSibling(target.replaceAll("#.*", ""))
                                .normalize()));
                targets(document)
                        .filter(target -> target.endsWith("/"))
                        .forEach(target -> next.addAll(
                                markdownIn(document.resolveSibling(target).normalize())));
            }
        }
        assertThat(reached).containsAll(documents());
    }

    @Test
    void every_document_that_a_program_a_script_or_a_configuration_names_is_there() throws IOException {
        List<String> gone = new ArrayList<>();
        int mentions = 0;
        for (String place : List.of("gateway/src", "scripts", "conf", "deploy", "orthanc")) {
            try (Stream<Path> files = Files.walk(root.resolve(place))) {
                for (Path file : files.filter(each -> !each.toString().contains("/node_modules/"))
                        .filter(Files::isRegularFile)
                        .toList()) {
                    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                    for (MatchResult mention : MENTION.matcher(text).results().toList()) {
                        mentions++;
                        if (!Files.exists(root.resolve(mention.group()))) {
                            gone.add(root.relativize(file) + ": " + mention.group());
                        }
                    }
                }
            }
        }
        assertThat(gone).isEmpty();
        assertThat(mentions).isGreaterThan(10);
    }

    @Test
    void a_link_to_no_file_and_one_to_no_heading_are_found_out() throws IOException {
        Path page = Files.writeString(folder.resolve("page.md"), """
                # One `thing`, and another
                ## Twice
                ## Twice
                [good](page.md#one-thing-and-another) [good](#twice-1) [elsewhere](https://example.org/gone)
                [no file](gone.md) [no heading](#three) <img src="gone.svg">
                `[code](not-a-link.md)`
                ```
                [code](not-a-link.md)
                ```
                """);
        List<String> broken = new ArrayList<>();
        assertThat(check(page, broken)).isEqualTo(5);
        assertThat(broken).containsExactly("page.md: gone.md", "page.md: #three", "page.md: gone.svg");
    }

    /** Checks the links of one document; how many there are. */
    private static int check(Path document, List<String> broken) {
        List<String> targets = targets(document).toList();
        for (String target : targets) {
            String[] parts = target.split("#", 2);
            Path file = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
            boolean good =
                    Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
            if (!good) {
                broken.add(document.getFileName() + ": " + target);
            }
        }
        return targets.size();
    }

    /** What a document links to in this repository. */
    private static Stream<String> targets(Path document) {
        return LINK.matcher(CODE.matcher(FENCE.matcher(read(document)).replaceAll(""))
                        .replaceAll("``"))
                .results()
                .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
                .filter(target -> !target.matches("[a-z]+:.*"));
    }

    /** The anchors of a document's headings, as GitHub makes them. */
    private static Set<String> anchors(Path document) {
        Map<String, Integer> seen = new HashMap<>();
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(FENCE.matcher(read(document)).replaceAll("")).results().forEach(heading -> {
            String slug = heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}\\p{M} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(slug, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? slug : slug + "-" + before);
        });
        return anchors;
    }

    private List<Path> documents() {
        return Stream.of(markdownIn(root), markdownIn(root.resolve("docs")), markdownIn(root.resolve("docs/decisions")))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Path> markdownIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".md")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
