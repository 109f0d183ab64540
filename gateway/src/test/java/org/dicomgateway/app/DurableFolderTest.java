package org.dicomgateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFolderTest {

    @TempDir
    private Path directory;

    @Test
    void what_is_kept_is_there_when_it_is_opened_again_for_its_owner_alone() throws IOException {
        DurableFolder folder = open();
        folder.keep(7, "one");
        folder.keep(7, "two");
        folder.keep(8, "three");
        folder.remove(8);
        DurableFolder again = open();
        assertThat(again.numbers()).containsExactly(7L);
        assertThat(again.read(7)).isEqualTo("two");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("x/7.request"))))
                .isEqualTo("rw-------");
    }

    @Test
    void what_is_damaged_is_kept_and_not_read_again() throws IOException {
        DurableFolder folder = open();
        folder.keep(7, "noise");
        assertThat(folder.setAside(7)).endsWith("7.damaged");
        assertThat(folder.numbers()).isEmpty();
        assertThat(directory.resolve("x/7.damaged")).hasContent("noise");
    }

    @Test
    void what_a_crash_left_half_written_is_removed() throws IOException {
        open();
        Files.writeString(directory.resolve("x/9.request.part"), "hal");
        Files.writeString(directory.resolve("x/other"), "of somebody else");
        assertThat(open().numbers()).isEmpty();
        assertThat(directory.resolve("x/9.request.part")).doesNotExist();
        assertThat(directory.resolve("x/other")).exists();
    }

    @Test
    void what_cannot_be_written_is_an_exception() throws IOException {
        DurableFolder folder = open();
        Files.createDirectories(directory.resolve("x/7.request/in-the-way"));
        assertThatThrownBy(() -> folder.keep(7, "text")).isInstanceOf(IOException.class);
    }

    private DurableFolder open() throws IOException {
        return DurableFolder.open(directory.resolve("x"));
    }
}
