package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftLibrariesTest {

    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void what_killed_processes_left_goes_and_nothing_else() throws IOException {
        Path left = file("sqlite-3.53.4.0-0272846f-f639-4872-b872-e52712915eda-libsqlitejdbc.so", 61);
        Path lock = file("sqlite-3.53.4.0-0272846f-f639-4872-b872-e52712915eda-libsqlitejdbc.so.lck", 61);
        Path unpacking = file("sqlite-3.53.4.0-1c1c26cc-c33e-4ebc-9909-e6156df7b940-libsqlitejdbc.so", 59);
        Path other = file("sqlite-notes.txt", 10_000);
        Path somebodys = Files.createDirectory(folder.resolve("sqlite-1-sqlitejdbc"));
        Files.setLastModifiedTime(somebodys, FileTime.from(NOW.minusSeconds(10_000)));

        LeftLibraries.remove(folder, NOW);

        assertThat(left).doesNotExist();
        assertThat(lock).doesNotExist();
        assertThat(unpacking).exists();
        assertThat(other).exists();
        assertThat(somebodys).exists();
    }

    @Test
    void a_folder_that_is_not_there_is_no_trouble() {
        LeftLibraries.remove(folder.resolve("nowhere"), NOW);
        assertThat(folder).isEmptyDirectory();
    }

    private Path file(String name, int secondsOld) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "library");
        Files.setLastModifiedTime(file, FileTime.from(NOW.minusSeconds(secondsOld)));
        return file;
    }
}
