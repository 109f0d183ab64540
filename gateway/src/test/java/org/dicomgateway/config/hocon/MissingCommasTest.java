package org.dicomgateway.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.dicomgateway.config.Written;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MissingCommasTest {

    @TempDir
    private Path folder;

    private List<Integer> lines(String text) {
        return MissingCommas.in(new Written(folder).file("some.conf", text)).stream()
                .map(Warning::line)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "access = [ { name = a } { name = b } ]",
                "access = [ { name = a }{ name = b } ]",
                "access = [ { name = \"}\", x { y = [1] } }   {name=b} ]",
                "routes = [ { match { modality = CT } } { to = [a] } ]",
                "a = [ { x = ${y}, z = \"\"\"a\"b\"\"\" } { u = 1 } ]"
            })
    void two_entries_on_a_line_are_noticed(String text) {
        assertThat(lines("# first\n" + text)).containsExactly(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "access = [ { name = a }, { name = b } ]",
                "access = [\n { name = a }\n { name = b }\n]",
                "access = [ { name = a } # first {\n { name = b } ]",
                "access = [ { name = a } // first {\n { name = b } ]",
                "# [ {} {} ]",
                "a = \"[ {} {} ]\"",
                "a = \"\"\"[ {}\n {} {} ]\"\"\"",
                "a = \"\\\"[{} {}\"",
                "routes = [ ${base} { name = a } ]",
                "a = { b = 1 } { c = 2 }",
                "a = ${?b} { c = 2 }",
                "a = [ [1] [2] ]"
            })
    void what_is_meant_as_it_stands_is_not(String text) {
        assertThat(lines(text)).isEmpty();
    }

    @Test
    void the_line_is_the_one_of_the_second() {
        assertThat(lines("a = \"\"\"\n\n\"\"\"\nb = [\n { x = {\n } } { y = 1 }\n]"))
                .containsExactly(6);
    }

    @Test
    void what_is_shipped_has_none() {
        for (String file : List.of("gateway.conf", "routing.conf", "tls/gateway.conf", "tls/routing.conf")) {
            assertThat(MissingCommas.in(ProjectRoot.path().resolve("conf").resolve(file)))
                    .isEmpty();
        }
    }
}
