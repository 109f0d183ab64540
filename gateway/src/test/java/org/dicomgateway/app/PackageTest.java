package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dicomgateway.testkit.PackagedLauncher;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What the Debian package adds to the program fits the program; {@code scripts/release.sh --test} installs it. */
class PackageTest {

    private static final String COLLECTOR = "-XX:+UseSerialGC";

    @TempDir
    private Path folder;

    @Test
    void the_unit_starts_a_command_that_there_is() throws Exception {
        CommandLine.ParseResult parsed = Main.commandLine().parseArgs(PackagedLauncher.argumentsOfTheUnit());
        assertThat(parsed.subcommand().commandSpec().name()).isEqualTo("run");
    }

    @Test
    void the_installed_command_needs_no_sources_and_finds_configuration_and_logs_behind_the_links() throws Exception {
        PackagedLauncher launcher = new PackagedLauncher(folder.toRealPath());
        List<String> told = launcher.javaIsToldBy(PackagedLauncher.argumentsOfTheUnit());
        assertThat(told)
                .contains(
                        "-Dgateway.home=" + launcher.home(),
                        "-Dgateway.command=dicom-gateway",
                        "-Dgateway.logs=" + launcher.logs(),
                        "-Dlogback.configurationFile="
                                + launcher.configuration().resolve("logback.xml"),
                        "GATEWAY_CONFIG=" + launcher.configuration().resolve("gateway.conf"))
                .containsSequence("-jar", launcher.home().resolve("gateway.jar").toString(), "run");
    }

    @Test
    void the_file_environment_is_the_environment_of_every_command() throws Exception {
        PackagedLauncher launcher = new PackagedLauncher(folder.toRealPath());
        assertThat(launcher.javaIsToldBy("run")).contains("-Xmx256m", COLLECTOR, "KEY_PASSWORD=");
        Files.writeString(
                launcher.configuration().resolve("environment"), "JAVA_OPTS=-Xmx1g\nKEY_PASSWORD='two words'\n");
        assertThat(launcher.javaIsToldBy("run"))
                .contains("-Xmx1g", "KEY_PASSWORD=two words")
                .doesNotContain("-Xmx256m");
        assertThat(launcher.javaIsToldBy("check")).contains("KEY_PASSWORD=two words");
        // Java ends at once when it is told of two collectors.
        Files.writeString(launcher.configuration().resolve("environment"), "JAVA_OPTS=-XX:+UseZGC\n");
        assertThat(launcher.javaIsToldBy("run"))
                .contains("-Xmx256m", "-XX:+UseZGC")
                .doesNotContain(COLLECTOR);
    }

    @Test
    void every_command_has_a_man_page_with_all_its_options_and_is_named_on_the_first_one() {
        Map<String, String> pages = new TreeMap<>();
        ManPages.pages("1.0", "2026-01-01").forEach((file, page) -> pages.put(file, page.replace("\\-", "-")));
        Map<String, CommandLine> commands = new TreeMap<>(Main.commandLine().getSubcommands());
        commands.remove("names"); // for the shell
        commands.forEach((name, command) -> {
            assertThat(pages.get("dicom-gateway.1")).contains("dicom-gateway-" + name + " (1)");
            assertThat(pages.get("dicom-gateway-" + name + ".1"))
                    .as(name)
                    .contains("dicom-gateway " + name)
                    .contains(command.getCommandSpec().options().stream()
                            .map(OptionSpec::longestName)
                            .toList())
                    .doesNotContain("scripts/gateway", "${");
        });
        assertThat(pages).hasSize(commands.size() + 1);
    }

    @Test
    void what_is_in_the_folder_of_the_configuration_is_left_to_the_operator() throws IOException {
        Path root = ProjectRoot.path();
        try (Stream<Path> files = Files.list(root.resolve("conf"))) {
            assertThat(Files.readAllLines(root.resolve("deploy/debian/conffiles")))
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                    files.filter(Files::isRegularFile)
                                            .map(file -> file.getFileName().toString()),
                                    Stream.of("environment"))
                            .map(name -> "/etc/dicom-gateway/" + name)
                            .toList());
        }
    }
}
