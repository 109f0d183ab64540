package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command lines of the documentation, as somebody copies them: a real bash takes them apart, and the gateway's own
 * command line must understand what arrives. Nothing is executed but a script that writes down its arguments.
 */
class DocumentedCommandLinesTest {

    private static final List<String> PAGES = List.of("README.md", "docs/commands.md", "docs/operations.md");

    /** A block without a language: command lines, or a command line and its output. */
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```\\n(.*?)^```$");

    /** Lines that are for the shell: {@code $ scripts/gateway …}, or {@code scripts/gateway …} from the margin. */
    private static final Pattern COMMAND = Pattern.compile(
            "(?m)^(?:\\$ )?((?:eval \"\\$\\()?(?:scripts/|useradd |install |systemctl |curl |grep |xmllint ).*)$");

    private static final String GATEWAY = "scripts/gateway ";

    /** Writes down the arguments of each call, one call in a file. */
    private static final String RECORDER = """
            #!/bin/sh
            mkdir -p calls
            printf '%s\\0' "$@" > "calls/$$"
            """;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> a_shell_understands_each_line() {
        return lines().map(line -> DynamicTest.dynamicTest(
                line, () -> assertThat(bash("-n", "-c", line)).as(line).isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> the_gateway_understands_what_the_shell_hands_it() {
        return lines().filter(line -> line.contains(GATEWAY))
                .map(line -> DynamicTest.dynamicTest(line, () -> {
                    List<List<String>> calls = calls(line);
                    assertThat(calls).as("calls of the gateway in: %s", line).isNotEmpty();
                    calls.forEach(arguments -> assertThat(misunderstood(arguments))
                            .as("%s, as its arguments %s", line, arguments)
                            .isEmpty());
                }));
    }

    @Test
    void there_are_such_lines_on_every_page() {
        for (String page : PAGES) {
            assertThat(lines(page)).as(page).hasSizeGreaterThan(3);
        }
    }

    @Test
    void words_without_quotes_are_not_understood() throws Exception {
        assertThat(misunderstood(calls("scripts/gateway discard --delivery 7 --reason no series")
                        .get(0)))
                .isNotEmpty();
        assertThat(bash("-n", "-c", "scripts/gateway pause a --reason \"until 5 pm"))
                .isNotEmpty();
    }

    private static Stream<String> lines() {
        return PAGES.stream().flatMap(page -> lines(page).stream()).distinct();
    }

    private static List<String> lines(String page) {
        try {
            String text = Files.readString(ProjectRoot.path().resolve(page));
            List<String> lines = new ArrayList<>();
            for (MatchResult block : BLOCK.matcher(text).results().toList()) {
                COMMAND.matcher(block.group(1)).results().forEach(line -> lines.add(line.group(1)));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The arguments of each call of the gateway in this line. A pattern that bash would expand is an error. */
    private List<List<String>> calls(String line) throws IOException, InterruptedException {
        Path place = Files.createTempDirectory(folder, "line");
        for (String script : List.of("scripts/gateway", "scripts/orthanc.sh")) {
            Path recorder = place.resolve(script);
            Files.createDirectories(recorder.getParent());
            Files.writeString(recorder, script.endsWith("gateway") ? RECORDER : "#!/bin/sh\n");
            Files.setPosixFilePermissions(recorder, PosixFilePermissions.fromString("rwx------"));
        }
        Files.writeString(place.resolve("left.txt"), "image.dcm\n");
        String said = bash(place, "-O", "failglob", "-c", line);
        assertThat(said).as(line).isEmpty();
        try (Stream<Path> calls =
                Files.exists(place.resolve("calls")) ? Files.list(place.resolve("calls")) : Stream.of()) {
            return calls.map(DocumentedCommandLinesTest::arguments).toList();
        }
    }

    private static List<String> arguments(Path call) {
        try {
            return Arrays.asList(Files.readString(call).split("\0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the command line says against these arguments; empty when it understands them. */
    private static String misunderstood(List<String> arguments) {
        try {
            Main.commandLine().setExpandAtFiles(false).parseArgs(arguments.toArray(String[]::new));
            return "";
        } catch (picocli.CommandLine.ParameterException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private String bash(String... arguments) throws IOException, InterruptedException {
        return bash(folder, arguments);
    }

    /** What bash says on standard error. */
    private static String bash(Path place, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(place.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
