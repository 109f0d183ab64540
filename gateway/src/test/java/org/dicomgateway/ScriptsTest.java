package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the scripts write is for their user alone, and goes where they mean it to go. */
class ScriptsTest {

    @TempDir
    private Path folder;

    /** With what the scripts have in common, and a folder for state. */
    private Dcmtk.Result bash(String commands) {
        return Dcmtk.run(
                Duration.ofSeconds(30),
                "bash",
                "-c",
                "set -euo pipefail; unset ORTHANC_USER ORTHANC_PASSWORD; umask 022; source "
                        + ProjectRoot.path().toAbsolutePath().normalize().resolve("scripts/lib/common.sh")
                        + "; set_var "
                        + folder.resolve("var") + "; " + commands);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void what_is_written_is_for_this_user_alone() throws IOException {
        bash("mkdir $VAR/folder; echo image >$VAR/folder/file").orFail();
        assertThat(mode(folder.resolve("var"))).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("var/folder"))).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("var/folder/file"))).isEqualTo("rw-------");
    }

    @Test
    void what_is_built_is_for_whom_the_caller_says() throws IOException {
        bash("as_caller touch $VAR/jar; touch $VAR/later").orFail();
        assertThat(mode(folder.resolve("var/jar"))).isEqualTo("rw-r--r--");
        assertThat(mode(folder.resolve("var/later"))).isEqualTo("rw-------");
    }

    @Test
    void the_servers_password_is_made_once_and_known_to_nobody() throws IOException {
        String first =
                bash("need_orthanc_login; printenv ORTHANC_PASSWORD").orFail().output();
        String second =
                bash("need_orthanc_login; printenv ORTHANC_PASSWORD").orFail().output();
        assertThat(first).matches("[0-9a-f]{32}\\s*").isEqualTo(second);
        assertThat(mode(folder.resolve("var/orthanc.password"))).isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder.resolve("var"))) {
            assertThat(files).hasSize(1);
        }
        assertThat(bash("export ORTHANC_PASSWORD=mine; need_orthanc_login; printenv ORTHANC_PASSWORD")
                        .orFail()
                        .output())
                .isEqualToIgnoringNewLines("mine");
    }

    @Test
    void a_password_that_others_could_have_put_there_or_read_is_not_used() throws IOException {
        Files.createDirectory(folder.resolve("var"));
        Path password = folder.resolve("var/orthanc.password");
        Path elsewhere = folder.resolve("elsewhere");
        Files.createSymbolicLink(password, elsewhere);
        assertThat(bash("need_orthanc_login").succeeded()).isFalse();
        assertThat(elsewhere).as("written through a link").doesNotExist();
        Files.writeString(elsewhere, "chosen by somebody else");
        assertThat(bash("need_orthanc_login").succeeded()).isFalse();
        Files.delete(password);
        Files.writeString(password, "read by everybody");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(bash("need_orthanc_login").output()).contains("is not this user's alone");
    }

    @Test
    void a_folder_that_everybody_can_write_in_is_refused() throws IOException {
        Path open = Files.createDirectory(folder.resolve("var"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(bash("echo $VAR").output()).contains("can be written by everybody");
    }

    @Test
    void nothing_that_is_run_or_suggested_has_a_name_in_a_folder_of_everybodys_that_can_be_foreseen()
            throws IOException {
        List<String> found = new ArrayList<>();
        for (String place : List.of("scripts", "docs", "conf", "deploy", "orthanc", "README.md")) {
            try (Stream<Path> files = Files.walk(ProjectRoot.path().resolve(place))) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(file -> !file.toString().endsWith(".png"))
                        .toList()) {
                    Files.readString(file)
                            .lines()
                            .filter(line -> line.matches(".*(?<![\\w.])/(var/)?tmp/.*"))
                            .forEach(line -> found.add(file.getFileName() + ": " + line));
                }
            }
        }
        assertThat(found).isEmpty();
    }
}
