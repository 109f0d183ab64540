package org.dicomgateway.transcode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.spool.Outbox.NotNowException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A codec that hangs, dies, takes too much, or says something. */
class CodecProcessTest {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private void run(String script) throws IOException {
        Path tool = directory.resolve("tool");
        Files.deleteIfExists(tool);
        Files.createFile(tool, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(tool, "#!/bin/sh\n" + script + "\n");
        Files.deleteIfExists(directory.resolve("out.dcm"));
        new CodecProcess(directory, 1000, tool, LIMIT).run("--raw", "in.dcm", "out.dcm");
    }

    private void refused(String script, String why) {
        assertThatThrownBy(() -> run(script))
                .isInstanceOf(UntransformableException.class)
                .hasMessageContaining(why);
    }

    @Test
    void it_gets_an_option_and_two_names_in_its_folder_and_nothing_of_the_environment() throws IOException {
        run("env > out.dcm; pwd >> out.dcm; echo \"$@\" >> out.dcm; ulimit -n >> out.dcm");
        assertThat(Files.readAllLines(directory.resolve("out.dcm")))
                .contains("LC_ALL=C", directory.toRealPath().toString(), "--raw in.dcm out.dcm", "64")
                .noneMatch(line -> line.startsWith("HOME=") || line.startsWith("USER="));
    }

    @Test
    void a_program_that_hangs_is_killed() {
        long start = System.nanoTime();
        refused("exec sleep 60", "within 1 s");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void a_program_that_dies_or_says_something_or_makes_nothing_has_failed() {
        refused("kill -9 $$", "ended with 137");
        refused("exit 3", "ended with 3");
        refused("touch out.dcm; echo 'premature end'", "premature end");
        refused("true", "ended with 0");
        refused("touch out.dcm; printf 'a\\033[31mb\\000c' >&2; exit 1", "a?[31mb");
    }

    @Test
    void memory_files_and_processor_time_are_limited() {
        refused("head -c 100000000 /dev/zero > out.dcm", "ended with");
        assertThat(directory.resolve("out.dcm").toFile().length()).isLessThan(2_000_000);
        refused("touch out.dcm; dd if=/dev/zero of=/dev/null bs=900M count=1", "ended with");
        refused("while :; do :; done", "");
    }

    @Test
    void a_program_that_cannot_be_started_is_the_gateways_trouble() {
        Path folder = directory.resolve("missing");
        assertThatThrownBy(() -> new CodecProcess(folder, 1, Path.of("/bin/true"), LIMIT).run("a", "b", "c"))
                .isInstanceOf(NotNowException.class);
        assertThatCode(() -> CodecProcess.over(directory, 1)).doesNotThrowAnyException();
    }

    @Test
    void a_disk_that_is_too_full_is_the_gateways_trouble_and_not_that_of_the_pixels() {
        long moreThanAnyDisk = 1L << 56;
        assertThatThrownBy(() -> new CodecProcess(directory, moreThanAnyDisk, Path.of("/bin/false"), LIMIT)
                        .run("--raw", "in.dcm", "out.dcm"))
                .isInstanceOf(NotNowException.class)
                .hasMessageContaining("too full");
    }
}
