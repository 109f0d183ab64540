package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.cli.check.GenerateCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class GenerateCommandTest {

    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void writes_what_was_asked_for_and_says_so() throws IOException {
        int exit = generate("--patients=2", "--series=2", "--instances=3", "-m", "ct,us", "--matrix", "32x48");

        assertThat(exit).isZero();
        assertThat(files()).hasSize(12);
        assertThat(out.toString()).startsWith("12 files, ").contains(" in " + folder());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void quiet_says_nothing() {
        assertThat(generate("--quiet", "--instances=1", "--matrix=32x32")).isZero();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void a_folder_that_is_not_empty_is_left_alone_unless_forced() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("notes.txt"), "mine");

        assertThat(generate("--instances=1", "--matrix=32x32")).isEqualTo(2);
        assertThat(err.toString()).contains("is not empty").contains("--force");
        assertThat(files()).hasSize(1);

        assertThat(generate("--instances=1", "--matrix=32x32", "--force")).isZero();
        assertThat(files()).hasSize(2);
    }

    @Test
    void a_file_in_place_of_the_folder_is_refused() throws IOException {
        Files.writeString(folder(), "a file");

        assertThat(generate("--instances=1", "--force")).isEqualTo(2);
        assertThat(err.toString()).contains("is not a folder");
    }

    @Test
    void a_folder_that_cannot_be_written_to_fails() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("SYN0001"), "in the way");

        assertThat(generate("--instances=1", "--matrix=32x32", "--force")).isEqualTo(1);
        assertThat(err.toString()).startsWith("cannot write to " + folder()).contains("SYN0001");
    }

    @Test
    void more_than_the_disk_has_room_for_is_refused_before_the_first_file() throws IOException {
        assertThat(generate("--patients=10000", "--instances=10000", "--matrix=8192x8192"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("the files need").contains("there is room for");
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--modality=XA | 'XA' cannot be generated; choose from [CT, MR, MG, CR, US, SC]",
                "--matrix=big | a matrix is ROWSxCOLUMNS",
                "--bytes=8QB | a size is a number with B, KiB, MiB or GiB",
                "--bytes=8KMB | a size is a number with B, KiB, MiB or GiB",
                "--bytes=12 | CT takes at least",
                "--frames=3 | CT images have one frame; use US or SC",
                "--instances=0 | at least one of instances",
                "--instances=1000000001 | 1000000001 instances are more than a folder should contain",
                "--template=/nowhere/template.txt | cannot read the template /nowhere/template.txt: no such file or folder"
            })
    void a_wrong_option_is_explained(String option, String explanation) {
        assertThat(generate(option)).isEqualTo(2);
        assertThat(err.toString()).contains(explanation);
    }

    @ParameterizedTest
    @CsvSource({"8KB, 8192", "8k, 8192", "512 KiB, 524288", "1MB, 1048576", "2g, 2147483648", "4096, 4096", "77B, 77"})
    void sizes_are_in_binary_units(String text, long bytes) {
        assertThat(new OptionConverters.OfSize().convert(text)).isEqualTo(bytes);
    }

    @Test
    void json_tells_how_many_files_and_shows_no_progress() {
        assertThat(generate("--instances=2", "--matrix=32x32", "--json")).isZero();
        assertThat(out.toString()).startsWith("{").contains("\"files\" : 2").doesNotContain("files/s");
    }

    @Test
    void mistakes_of_a_template_are_listed_by_line() throws IOException {
        Path template = Files.writeString(temporary.resolve("t.txt"), "Foo = 1\nPatientSex = F\nBar = 2\n");

        assertThat(generate("--template=" + template)).isEqualTo(2);
        assertThat(err.toString().lines())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith(template + ":1: 'Foo'"),
                        second -> assertThat(second).startsWith(template + ":3: 'Bar'"));
    }

    @Test
    void help_shows_how_a_template_looks() {
        String help = new CommandLine(new GenerateCommand()).getUsageMessage();

        assertThat(help).contains("StudyDescription = Cardiac TRIAL 7", "generate -o ct --instances 200");
    }

    private int generate(String... options) {
        return new CommandLine(new GenerateCommand(InstantSource.fixed(Instant.EPOCH)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Stream.concat(Stream.of("--output", folder().toString()), Stream.of(options))
                        .toArray(String[]::new));
    }

    private Path folder() {
        return temporary.resolve("out");
    }

    private List<Path> files() throws IOException {
        if (!Files.exists(folder())) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder())) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
