package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;

/** A promise in docs/reliability.md is worth the test it names: all of them are there, and in the class it says. */
class ReliabilityDocumentTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (.+) \\| (.+) \\|$");
    private static final Pattern NAME = Pattern.compile(
            "`(?:(?<class>[A-Z]\\w+(?:Test|IT|Contract))|(?<method>\\w+?(?:_\\w+?){2,})|(?<script>scripts/\\S+).*?)`");
    private static final Pattern TESTS = Pattern.compile(
            "@(?:Test|ParameterizedTest|RepeatedTest|Property)\\b[^;{}]*?(?:\\{[^{}]*}[^;{}]*?)*\\bvoid (\\w+)\\(");

    private final Path root = ProjectRoot.path();

    @Test
    void every_test_that_is_named_exists_in_the_class_that_is_named() throws IOException {
        List<String> wrong = new ArrayList<>();
        int rows = check(Files.readString(root.resolve("docs/reliability.md")), tests(), wrong);
        assertThat(wrong).isEmpty();
        assertThat(rows).isGreaterThan(40);
    }

    @Test
    void a_test_of_another_class_is_found_out_and_so_is_a_row_without_any() {
        Map<String, List<String>> tests =
                Map.of("OneTest", List.of("it_does_this"), "OtherTest", List.of("it_does_that"));
        List<String> wrong = new ArrayList<>();
        check("""
                | this | `OneTest`: `it_does_this`; `OtherTest` |
                | that | `OneTest`: `it_does_that` |
                | more | `ThirdTest` |
                | nothing | by inspection |
                """, tests, wrong);
        assertThat(wrong)
                .containsExactly("OneTest has no test it_does_that", "there is no ThirdTest", "nothing holds: nothing");
    }

    /**
     * Holds each row against these tests, by class.
     *
     * @return how many rows there are
     */
    private static int check(String document, Map<String, List<String>> tests, List<String> wrong) {
        int rows = 0;
        for (Matcher row = ROW.matcher(document); row.find(); ) {
            if (row.group(1).startsWith("promise") || row.group(1).startsWith("---")) {
                continue;
            }
            rows++;
            String inClass = "";
            int named = 0;
            for (Matcher name = NAME.matcher(row.group(2)); name.find(); named++) {
                String method = name.group("method");
                if (name.group("class") != null) {
                    inClass = name.group("class");
                    if (tests.getOrDefault(inClass, List.of()).isEmpty()) {
                        wrong.add("there is no " + inClass);
                    }
                } else if (method != null
                        && !tests.getOrDefault(inClass, List.of()).contains(method)) {
                    wrong.add(inClass + " has no test " + method);
                }
            }
            if (named == 0) {
                wrong.add("nothing holds: " + row.group(1));
            }
        }
        return rows;
    }

    /** The tests of each class, those that it inherits included. */
    private Map<String, List<String>> tests() throws IOException {
        // Two classes in different packages may have one name: either may hold a row.
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(root.resolve("gateway/src/test/java"))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> sources.merge(
                            file.getFileName().toString().replace(".java", ""), read(file), String::concat));
        }
        Map<String, List<String>> tests = new HashMap<>();
        sources.forEach((name, source) -> {
            List<String> found = new ArrayList<>(TESTS.matcher(withoutTexts(source))
                    .results()
                    .map(test -> test.group(1))
                    .toList());
            Matcher parent =
                    Pattern.compile("class " + name + " extends (\\w+)").matcher(source);
            if (parent.find()) {
                TESTS.matcher(sources.getOrDefault(parent.group(1), ""))
                        .results()
                        .forEach(test -> found.add(test.group(1)));
            }
            tests.put(name, found);
        });
        return tests;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands in quotes may look like the end of an annotation. */
    private static String withoutTexts(String source) {
        return source.replaceAll("\"(?:\\\\.|[^\"\\\\\\n])*\"", "\"\"");
    }
}
