package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;

/** {@code scripts/scan-dependencies.sh} against a small database. */
class DependencyScanTest {

    private static final Path FIXTURES = ProjectRoot.path().resolve("gateway/src/test/resources/org/dicomgateway/scan");

    @Test
    void known_faults_are_found_by_list_and_by_range_and_others_are_not() {
        Dcmtk.Result scan = scan("database");
        assertThat(scan.succeeded()).isFalse();
        assertThat(scan.output().lines().filter(line -> line.startsWith("TEST-")))
                .containsExactly(
                        "TEST-1 org.example:listed 1.2.3: by a list of versions",
                        "TEST-2 org.example:ranged 2.10.0: by a range");
    }

    @Test
    void what_was_looked_at_can_be_accepted() {
        assertThat(scan("database", "--accept", "TEST-1", "--accept", "TEST-2")
                        .orFail()
                        .output())
                .contains("No known fault in 3 libraries, by 4 advisories.");
    }

    @Test
    void a_database_that_says_nothing_is_not_taken_for_good_news() {
        Dcmtk.Result scan = scan("nothing");
        assertThat(scan.succeeded()).isFalse();
        assertThat(scan.output()).contains("no database at");
    }

    private static Dcmtk.Result scan(String database, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("--bom", FIXTURES.resolve("bom.json").toString()));
        arguments.addAll(List.of(options));
        arguments.add(FIXTURES.resolve(database).toString());
        return Dcmtk.run(
                Duration.ofSeconds(30),
                ProjectRoot.path().resolve("scripts/scan-dependencies.sh").toString(),
                arguments.toArray(String[]::new));
    }
}
