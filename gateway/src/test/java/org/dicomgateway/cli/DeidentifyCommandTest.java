package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.cli.check.ReidentifyCommand;
import org.dicomgateway.cli.send.DeidentifyCommand;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Files are de-identified offline, and who has the key and the originals finds them again. */
class DeidentifyCommandTest {

    private static final int PATIENT_ID = 0x00100020;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(folder.resolve("gateway.conf"), "");
        Path key = Files.writeString(
                folder.resolve("trial.key"), "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(folder.resolve("routing.conf"), """
                transforms {
                  trial { profile = basic, key-file = trial.key, patient-id { prefix = "T-" } }
                  tidy { remove = [StudyDescription] }
                }
                destinations.one { ae-title = ONE, host = localhost, port = 1 }
                routes = [ { name = all, to = one } ]
                """);
    }

    private int run(Callable<Integer> command, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(Stream.of("--config=" + folder.resolve("gateway.conf")), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private static InstanceHeader header(Path file) throws IOException {
        Part10.File meta;
        try (InputStream in = Files.newInputStream(file)) {
            meta = Part10.read(in);
        }
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(meta.datasetOffset());
            return HeaderReader.read(in, meta.transferSyntax());
        }
    }

    private Path written() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void a_pseudonym_is_found_again_among_the_originals_and_among_no_others() throws IOException {
        TestFile file = new TestFiles(folder.resolve("files"), 3).single(2_000);
        assertThat(run(
                        new DeidentifyCommand(),
                        "--transform=trial",
                        "--output=" + folder.resolve("out"),
                        file.path().toString()))
                .as(err.toString())
                .isZero();
        InstanceHeader header = header(written());
        String pseudonym = header.values(PATIENT_ID).get(0);
        assertThat(pseudonym).startsWith("T-");
        Path candidates = Files.write(
                folder.resolve("ids.txt"),
                List.of(
                        "000000",
                        file.patientId(),
                        file.patientId() + ",ISSUER",
                        file.sopInstance().value()));
        out.getBuffer().setLength(0);
        assertThat(run(
                        new ReidentifyCommand(),
                        "--transform=trial",
                        "--candidates=" + candidates,
                        pseudonym,
                        header.sopInstance().value()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly(pseudonym + "  " + file.patientId(), header.sopInstance() + "  " + file.sopInstance());

        assertThat(run(new ReidentifyCommand(), "--transform=trial", "--candidates=" + candidates, "T-NOBODY"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("T-NOBODY  none of the candidates");
        assertThat(run(new ReidentifyCommand(), "--transform=tidy", "--candidates=" + candidates, pseudonym))
                .isEqualTo(2);
        assertThat(err.toString()).contains("the transform tidy has no profile");
        assertThat(run(new ReidentifyCommand(), "--transform=trial", "--candidates=" + folder.resolve("none"), "X"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none: no such file");
    }

    @Test
    void a_file_that_says_another_SOP_class_than_its_dataset_is_not_written() throws IOException {
        TestFile file = new TestFiles(folder.resolve("files"), 3).single(2_000);
        String bytes = Files.readString(file.path(), StandardCharsets.ISO_8859_1);
        String sopClass = header(file.path()).sopClass().value();
        // The first one is that of the file meta information.
        String other = bytes.replaceFirst(Pattern.quote(sopClass), "9".repeat(sopClass.length()));
        Files.writeString(file.path(), other, StandardCharsets.ISO_8859_1);
        assertThat(run(
                        new DeidentifyCommand(),
                        "--transform=trial",
                        "--output=" + folder.resolve("out"),
                        file.path().toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("names another SOP class than its dataset")
                .doesNotContain("999");
        assertThat(folder.resolve("out")).isEmptyDirectory();
    }
}
