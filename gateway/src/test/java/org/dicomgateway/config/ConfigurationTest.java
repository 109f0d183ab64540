package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.settings.SpoolSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    private List<Problem> problemsOfAll(String gateway, String routing) {
        written.file("routing.conf", routing);
        Path file = written.file("gateway.conf", gateway);
        return Written.problems(() -> Configuration.loadAll(file));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "schedule { zone = UTC, windows = [ { days = daily, from = 22:00, to = \"06:00\" } ] }",
                "match { tags { StudyDescription = *TRIAL* } }"
            })
    void a_value_that_needs_quotes_is_told_so(String route) {
        assertThat(written.problemsOfRouting(
                        Written.DESTINATIONS + "routes = [ { name = r, to = orthanc1, " + route + " } ]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.remedy()).contains("in quotes, such as \"22:00\""));
    }

    @Test
    void a_key_in_the_wrong_block_is_told_where_it_belongs() {
        assertThat(written.problemsOfRouting("""
                        destinations { a { ae-title = A, host = h, port = 1, priority = 5 } }
                        route-defaults.weight = 3
                        routes = [ { name = r, to = a, max-rate { bytes = 1 MiB } } ]
                        """))
                .extracting(problem -> problem.key() + ": " + problem.what())
                .containsExactly(
                        "destinations.a.priority: unknown key here; it belongs to a route, or to route-defaults",
                        "route-defaults.weight: unknown key here; it belongs to a destination, or to destination-defaults",
                        "routes[0].max-rate: unknown key here; it belongs to a destination, or to destination-defaults");
    }

    @Test
    void five_mistakes_in_two_files_are_five_problems_by_file_and_line() {
        List<Problem> problems = problemsOfAll("""
                gateway {
                  listeners.dicom {
                    port = 111122
                    ae-title = GATEWAY
                  }
                  spool.history = 30
                }
                """, """
                destinations {
                  orthanc1 { ae-title = ORTHANC1, host = localhost, port = 4242, linger = -1 s }
                }
                routes = [
                  { name = all, to = [orthanc1, orthanc2] }
                ]
                """);
        assertThat(problems)
                .extracting(Written::place)
                .containsExactly(
                        "gateway.conf:3 gateway.listeners.dicom.port",
                        "gateway.conf:4 gateway.listeners.dicom.ae-title",
                        "gateway.conf:6 gateway.spool.history",
                        "routing.conf:2 destinations.orthanc1.linger",
                        "routing.conf:5 routes[0].to[1]");
        assertThat(problems)
                .extracting(Problem::toString)
                .first()
                .isEqualTo(folder.resolve("gateway.conf")
                        + ":3: gateway.listeners.dicom.port: must be between 0 and 65535, is 111122");
    }

    @Test
    void the_exception_says_them_all_a_line_each() {
        Path file = written.file("gateway.conf", "gateway { a = 1, b = 2 }");
        assertThatThrownBy(() -> Configuration.load(file))
                .isInstanceOf(ConfigurationException.class)
                .message()
                .hasLineCount(2);
    }

    @Test
    void a_mistake_in_the_syntax_has_its_line_and_does_not_hide_the_other_file() {
        assertThat(problemsOfAll("gateway {\n routing = routing.conf\n shutdown-timeout = soon }", "a = [\n *\n]"))
                .extracting(Written::place)
                .containsExactly("gateway.conf:3 gateway.shutdown-timeout", "routing.conf:2 ");
        assertThat(written.problemsOfRouting("destinations {\n a = {\n"))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.what()).isEqualTo("expecting a closing brace '}', not: end of file"));
    }

    @Test
    void a_file_that_is_not_there_is_a_problem() {
        Path absent = folder.resolve("absent.conf");
        assertThat(Written.problems(() -> Configuration.load(absent)))
                .containsExactly(new Problem(absent.toAbsolutePath(), 0, "", "does not exist", ""));
        assertThat(Written.problems(() -> Configuration.load(folder)))
                .extracting(Problem::what)
                .containsExactly("cannot be read");
        Path gateway = written.file("gateway.conf", "gateway.routing = elsewhere.conf");
        assertThat(Written.problems(() -> Configuration.loadAll(gateway)))
                .extracting(Written::place)
                .containsExactly("elsewhere.conf:0 ");
    }

    @Test
    void a_problem_in_an_included_file_names_that_file() {
        written.file("sites/north.conf", "\n\ngateway.spool.history = 30\n");
        assertThat(written.problemsOfGateway("include \"sites/north.conf\"\ngateway.spool.directory = x"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.file()).isEqualTo(folder.resolve("sites/north.conf"));
                    assertThat(problem.line()).isEqualTo(3);
                });
    }

    @Test
    void a_mistake_in_the_syntax_of_an_included_file_names_that_file() {
        written.file("north.conf", "\ngateway = *\n");
        assertThat(written.problemsOfGateway("include \"north.conf\""))
                .extracting(Written::place)
                .containsExactly("north.conf:2 ");
    }

    @Test
    void an_include_that_must_be_there_and_is_not_is_a_problem() {
        assertThat(written.problemsOfGateway("include required(\"nope.conf\")"))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.what()).isEqualTo("includes a file that cannot be read: nope.conf"));
    }

    @Test
    void what_an_included_file_says_can_be_said_otherwise_after_it() throws Exception {
        written.file("north.conf", "gateway.spool { history = 3 d, straggler-age = 1 h }");
        SpoolSettings spool = written.gateway("include \"north.conf\"\ngateway.spool.history = 4 d")
                .spool();
        assertThat(spool.history()).isEqualTo(Duration.ofDays(4));
        assertThat(spool.stragglerAge()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void the_environment_can_be_used() throws Exception {
        // PATH is in every environment; a variable that is not set leaves what stands before it.
        assertThat(written.gateway("""
                        gateway.spool.directory = ${PATH}
                        gateway.routing = here.conf
                        gateway.routing = ${?NOT_SET_ANYWHERE}
                        """).routingFile()).hasFileName("here.conf");
        assertThat(written.problemsOfGateway("gateway.spool {\n history = ${PATH}\n}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.line()).isEqualTo(1);
                    assertThat(problem.what()).endsWith("(the value comes from the environment)");
                });
    }

    @Test
    void each_reference_to_what_is_not_set_is_a_problem_of_its_own() {
        assertThat(written.problemsOfGateway("""
                        gateway.spool.directory = ${NOT_SET_1}/spool
                        gateway.routing = ${NOT_SET_2}
                        gateway.spool.history = 30
                        """))
                .extracting(Written::place)
                .containsExactly(
                        "gateway.conf:1 gateway.spool.directory",
                        "gateway.conf:2 gateway.routing",
                        "gateway.conf:3 gateway.spool.history");
    }

    @Test
    void values_that_refer_to_each_other_in_a_circle_are_a_problem() {
        assertThat(written.problemsOfGateway("gateway.routing = ${a}\na = ${b}\nb = ${a}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("cycle"));
    }

    @Test
    void loading_makes_nothing() throws Exception {
        written.gateway("gateway.spool.directory = spool");
        assertThat(Files.exists(folder.resolve("spool"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "include url(\"http://127.0.0.1:9/x.conf\")",
                "include required(url(\"file:///etc/hostname\"))",
                "include \"http://127.0.0.1:9/x.conf\"",
                "include \"https://example.org/x.conf\"",
                "include classpath(\"reference.conf\")"
            })
    void only_files_are_included(String include) {
        assertThat(written.problemsOfGateway("gateway { shutdown-timeout = 1 s }\n" + include))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.file()).isEqualTo(folder.resolve("gateway.conf"));
                    assertThat(problem.what()).contains("includes something that is not a file");
                });
    }
}
