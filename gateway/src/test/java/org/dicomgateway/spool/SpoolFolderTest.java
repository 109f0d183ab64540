package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.dicomgateway.spool.disk.SpoolLock;
import org.dicomgateway.spool.engine.Spool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Others on the machine, and links that they could have put into the spool. */
class SpoolFolderTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "large", "held", "log"})
    void a_folder_of_the_spool_that_everybody_can_write_in_is_refused(String name) throws IOException {
        SpoolHarness harness = new SpoolHarness(folder);
        harness.open().close();
        Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(harness::open).isInstanceOf(IOException.class).hasMessageContaining("chmod 700 ");
        Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString("rwx------"));
        harness.open().close();
    }

    @Test
    void a_link_in_the_place_of_the_lock_is_not_followed() throws IOException {
        Path precious = Files.writeString(folder.resolve("precious"), "something");
        Path spool = Files.createDirectory(folder.resolve("spool"));
        Files.createSymbolicLink(spool.resolve("lock"), precious);
        assertThatThrownBy(() -> SpoolLock.take(spool.resolve("lock"))).isInstanceOf(IOException.class);
        assertThat(precious).hasContent("something");
    }

    @Test
    void all_of_it_is_for_this_user_alone() throws Exception {
        SpoolHarness harness = new SpoolHarness(folder.resolve("spool"));
        try (Spool spool = harness.open()) {
            SpoolHarness.accept(spool, "1.2.1", "CT", 1000);
        }
        try (var files = Files.walk(folder.resolve("spool"))) {
            assertThat(files)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .matches("rw[x-]------"));
        }
    }
}
