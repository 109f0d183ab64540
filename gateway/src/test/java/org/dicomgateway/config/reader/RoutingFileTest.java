package org.dicomgateway.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.Written;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutingFileTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    @Test
    void it_tells_what_it_is_made_of_whether_or_not_that_is_there_or_right() {
        Path north = written.file("sites/north.conf", "include \"deeper\"\n");
        Path file = written.file("routing.conf", """
                include "sites/north.conf"
                include file("%s/south.conf")
                routes = [ { name = all, to = nowhere } ]
                """.formatted(folder));
        RoutingFile read = Configuration.readRouting(file);
        assertThat(read.settings()).isEmpty();
        assertThat(read.problems()).isNotEmpty();
        assertThat(read.files())
                .contains(
                        file,
                        north,
                        north.resolveSibling("deeper"),
                        north.resolveSibling("deeper.conf"),
                        folder.resolve("south.conf"));
    }

    @Test
    void an_included_file_that_cannot_be_parsed_is_one_that_it_is_made_of() {
        Path broken = written.file("broken.conf", "routes = [");
        RoutingFile read = Configuration.readRouting(written.file("routing.conf", "include \"broken.conf\"\n"));
        assertThat(read.files()).contains(broken);
        assertThat(read.problems()).isNotEmpty();
    }

    @Test
    void one_that_is_right_is_its_settings() {
        RoutingFile read =
                Configuration.readRouting(written.file("routing.conf", Written.DESTINATIONS + "routes = []"));
        assertThat(read.problems()).isEmpty();
        assertThat(read.settings())
                .hasValueSatisfying(rules -> assertThat(rules.destinations()).hasSize(3));
    }
}
