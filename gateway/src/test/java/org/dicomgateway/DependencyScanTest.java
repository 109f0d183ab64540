package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
                        "TEST-2 org.example:ranged 2.10.0: by a range",
                        "TEST-5 org.example:ranged 2.10.0: in a range, not in the list",
                        "TEST-7 org.example:candidate 3.0.0-rc2: ?[2J?]0;owned?clears the screen ?");
    }

    @Test
    void what_was_looked_at_can_be_accepted() {
        List<String> accepted = Stream.of("TEST-1", "TEST-2", "TEST-5", "TEST-7")
                .flatMap(id -> Stream.of("--accept", id))
                .toList();
        assertThat(scan("database", accepted.toArray(String[]::new)).orFail().output())
                .contains("No known fault in 5 libraries, by 7 advisories.");
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
