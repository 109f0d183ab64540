package org.dicomgateway.spool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverLibraryTest {

    private static final String PROPERTY = "org.sqlite.tmpdir";
    private static final String LIBRARY = "sqlite-3.53.4.0-0272846f-f639-4872-b872-e52712915eda-libsqlitejdbc.so";

    @TempDir
    private Path spool;

    private final Map<String, @Nullable String> before = new HashMap<>();

    @BeforeEach
    void forget() {
        for (String property : List.of(PROPERTY, "org.sqlite.lib.path", "org.sqlite.lib.name")) {
            before.put(property, System.clearProperty(property));
        }
    }

    @AfterEach
    void restore() {
        before.forEach((property, value) -> {
            if (value == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, value);
            }
        });
    }

    @Test
    void what_killed_processes_left_in_the_spools_own_folder_goes_and_nothing_else() throws IOException {
        Path own = spool.resolve("sqlite");
        DriverLibrary.unpackIn(own);
        Files.writeString(own.resolve(LIBRARY), "library");
        Files.writeString(own.resolve(LIBRARY + ".lck"), "");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        // In use: without that, the drivers of tests that run beside this one delete it.
        Path inUse = Files.writeString(temporary.resolve(LIBRARY + ".lck"), "");
        Path somebodys = Files.writeString(temporary.resolve(LIBRARY), "library");
        try {
            System.clearProperty(PROPERTY);
            DriverLibrary.unpackIn(own);
            try (Stream<Path> files = Files.list(own)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .as("what the driver loads")
                        .containsExactly(System.getProperty("org.sqlite.lib.name"));
            }
            assertThat(System.getProperty("org.sqlite.lib.path")).isEqualTo(own.toString());
            assertThat(somebodys).exists();
            assertThat(System.getProperty(PROPERTY)).isEqualTo(own.toString());
            assertThat(Files.getPosixFilePermissions(own)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        } finally {
            Files.delete(somebodys);
            Files.delete(inUse);
        }
    }

    @Test
    void a_folder_of_an_operators_choice_is_his() throws IOException {
        Path his = Files.createDirectory(spool.resolve("his"));
        Path library = Files.writeString(his.resolve(LIBRARY), "library");
        System.setProperty(PROPERTY, his.toString());
        DriverLibrary.unpackIn(spool.resolve("sqlite"));
        assertThat(library).exists();
        assertThat(spool.resolve("sqlite")).doesNotExist();
        assertThat(System.getProperty(PROPERTY)).isEqualTo(his.toString());
    }

    @Test
    void a_link_in_its_place_is_not_followed() throws IOException {
        Path elsewhere = Files.createDirectory(spool.resolve("elsewhere"));
        Path file = Files.writeString(elsewhere.resolve("file"), "somebody's");
        Path own = Files.createSymbolicLink(spool.resolve("sqlite"), elsewhere);
        assertThatThrownBy(() -> DriverLibrary.unpackIn(own)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).exists();
    }
}
