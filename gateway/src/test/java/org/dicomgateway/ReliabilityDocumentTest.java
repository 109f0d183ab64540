package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;

/** A promise in docs/reliability.md is worth the test it names: all of them exist. */
class ReliabilityDocumentTest {

    private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))`");
    private static final Pattern METHOD = Pattern.compile("`([A-Za-z0-9]+(?:_[A-Za-z0-9]+){3,})`");
    private static final Pattern DECLARED = Pattern.compile("void (\\w+)\\(");

    private final Path root = ProjectRoot.path();

    @Test
    void every_test_that_is_named_exists() throws IOException {
        String document = Files.readString(root.resolve("docs/reliability.md"));
        Set<String> classes = all(CLASS, document);
        Set<String> methods = all(METHOD, document);
        try (Stream<Path> sources = Files.walk(root.resolve("gateway/src/test/java"))) {
            Set<Path> java =
                    sources.filter(file -> file.toString().endsWith(".java")).collect(Collectors.toSet());
            assertThat(java.stream()
                            .map(file -> file.getFileName().toString().replace(".java", ""))
                            .collect(Collectors.toSet()))
                    .containsAll(classes);
            assertThat(java.stream()
                            .flatMap(file -> all(DECLARED, read(file)).stream())
                            .collect(Collectors.toSet()))
                    .containsAll(methods);
        }
        assertThat(classes).hasSizeGreaterThan(20);
        assertThat(methods).hasSizeGreaterThan(20);
    }

    private static Set<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
