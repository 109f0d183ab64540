package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** docs/commands.md and the commands tell of the same. */
class CommandsDocumentationTest {

    private static final Pattern SECTION = Pattern.compile("(?m)^### (\\S+)$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `[^|]*\\|");
    private static final Pattern OPTION = Pattern.compile("`(--?[a-z][a-z-]*)");

    private final Map<String, String> sections = sections();
    private final Map<String, CommandLine> commands = commands();

    @Test
    void every_command_has_its_section_and_every_section_its_command() {
        assertThat(sections.keySet()).containsExactlyInAnyOrderElementsOf(commands.keySet());
    }

    @TestFactory
    Stream<DynamicTest> the_options_of_a_section_are_those_of_its_command() {
        return commands.entrySet().stream()
                .map(command -> DynamicTest.dynamicTest(command.getKey(), () -> {
                    Set<String> documented = new TreeSet<>();
                    ROW.matcher(sections.getOrDefault(command.getKey(), ""))
                            .results()
                            .flatMap(row -> OPTION.matcher(row.group()).results())
                            .forEach(option -> documented.add(option.group(1)));
                    assertThat(documented)
                            .as("options of %s: in the table of its section, and in the program", command.getKey())
                            .isEqualTo(options(command.getValue()));
                }));
    }

    @Test
    void every_exit_code_of_a_command_is_in_its_section() {
        commands.forEach((name, command) -> {
            Map<String, String> codes = command.getCommandSpec().usageMessage().exitCodeList();
            codes.forEach(
                    (code, meaning) -> assertThat(sections.get(name)).as(name).contains(code + " " + meaning));
        });
    }

    /** Those that a person calls. */
    private static Map<String, CommandLine> commands() {
        Map<String, CommandLine> commands = new HashMap<>(Main.commandLine().getSubcommands());
        commands.values()
                .removeIf(command -> command.getCommandSpec().usageMessage().hidden());
        return commands;
    }

    private static Set<String> options(CommandLine command) {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.usageHelp() && !option.versionHelp() && !option.hidden()) {
                names.addAll(List.of(option.names()));
            }
        }
        return names;
    }

    private static Map<String, String> sections() {
        try {
            String page = Files.readString(ProjectRoot.path().resolve("docs/commands.md"));
            Map<String, String> sections = new HashMap<>();
            Matcher section = SECTION.matcher(page);
            int[] starts = section.results().mapToInt(found -> found.start()).toArray();
            Arrays.stream(starts).forEach(start -> {
                int end = Arrays.stream(starts)
                        .filter(next -> next > start)
                        .findFirst()
                        .orElse(page.length());
                String text = page.substring(start, end);
                sections.put(text.lines().findFirst().orElseThrow().substring("### ".length()), text);
            });
            return sections;
        } catch (IOException e) {
            throw new IllegalStateException("docs/commands.md cannot be read", e);
        }
    }
}
