package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartNeedsTest {

    @TempDir
    private Path folder;

    private RestartNeeds needs;

    @BeforeEach
    void begin() throws Exception {
        write("gateway.listeners.dicom.port = 11112");
        needs = new RestartNeeds(folder.resolve("gateway.conf"));
    }

    @Test
    void a_key_that_was_changed_is_named_until_it_is_changed_back() throws IOException {
        write("gateway { listeners { dicom { port = 104 } }, spool { history = 7 d } }");
        needs.look();
        assertThat(needs.keys()).as("it may not be complete").isEmpty();
        needs.look();
        assertThat(needs.keys()).containsExactly("gateway.listeners.dicom.port", "gateway.spool.history");
        write("# the same again\ngateway.listeners.dicom.port = 11112");
        needs.look();
        needs.look();
        assertThat(needs.keys()).isEmpty();
    }

    @Test
    void a_file_that_is_wrong_changes_nothing() throws IOException {
        write("gateway { listeners { dicom { port = soon } } }");
        needs.look();
        needs.look();
        assertThat(needs.keys()).isEmpty();
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("gateway.conf"), text);
    }
}
