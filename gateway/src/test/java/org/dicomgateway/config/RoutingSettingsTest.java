package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Strategy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutingSettingsTest {

    private static final Condition EVERY_INSTANCE = new Condition.AllOf(List.of());

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    @Test
    void defaults_of_a_route() throws Exception {
        assertThat(written.routing(Written.DESTINATIONS + "routes = [ { name = r, to = orthanc1 } ]")
                        .routes())
                .containsExactly(new RouteSettings(
                        "r",
                        EVERY_INSTANCE,
                        false,
                        new Strategy.Broadcast(),
                        List.of("orthanc1"),
                        0,
                        Schedule.ALWAYS,
                        RouteSettings.CommitOn.ALL,
                        Optional.empty()));
    }

    @Test
    void every_key_of_a_route_is_mapped() throws Exception {
        assertThat(written.routing(Written.DESTINATIONS + """
                        routes = [ {
                          name = r, match { modality = CT }, fallback = true, strategy = broadcast
                          to = [orthanc3, orthanc1], priority = -5
                        } ]
                        """).routes())
                .containsExactly(new RouteSettings(
                        "r",
                        new Condition.AllOf(List.of(new Condition.Value(
                                new Field(Field.Kind.ATTRIBUTE, 0x00080060, "modality"), Wildcard.of("CT")))),
                        true,
                        new Strategy.Broadcast(),
                        List.of("orthanc3", "orthanc1"),
                        -5,
                        Schedule.ALWAYS,
                        RouteSettings.CommitOn.ALL,
                        Optional.empty()));
    }

    @Test
    void defaults_for_all_routes_can_be_set() throws Exception {
        assertThat(written.routing(Written.DESTINATIONS + """
                        route-defaults { fallback = yes, priority = 3 }
                        routes = [ { name = r, to = orthanc1 }, { name = s, to = orthanc1, priority = 4 } ]
                        """).routes())
                .extracting(RouteSettings::fallback, RouteSettings::priority)
                .containsExactly(tuple(true, 3), tuple(true, 4));
    }

    @Test
    void destinations_and_routes_keep_the_order_of_the_file() throws Exception {
        RoutingSettings settings = written.routing("""
                destinations {
                  zebra { ae-title = Z, host = h, port = 1 }
                  ant { ae-title = A, host = h, port = 1 }
                  mole { ae-title = M, host = h, port = 1 }
                }
                routes = [ { name = z, to = ant } ]
                routes += { name = a, to = ant }
                """);
        assertThat(settings.destinations().keySet()).containsExactly("zebra", "ant", "mole");
        assertThat(settings.routes()).extracting(RouteSettings::name).containsExactly("z", "a");
    }

    @Test
    void nothing_at_all_can_be_meant_when_it_is_said() throws Exception {
        RoutingSettings settings = written.routing("destinations {}, routes = []");
        assertThat(settings.destinations()).isEmpty();
        assertThat(settings.routes()).isEmpty();
    }

    @Test
    void an_empty_file_is_not_taken_for_no_rules() {
        assertThat(written.problemsOfRouting(""))
                .extracting(Written::place)
                .containsExactly("routing.conf:0 destinations", "routing.conf:0 routes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name = "a b", to = orthanc1                 | name     | a name is 1 to 64 letters
            to = orthanc1                               | name     | missing
            name = r                                    | to       | missing
            name = r, to = []                           | to       | must not be empty
            name = r, to = [orthanc1, orthanc1]         | to[1]    | names orthanc1 twice
            name = r, to = [orthanc1, orthnac2]         | to[1]    | no destination is called 'orthnac2'; did you mean 'orthanc2'?
            name = r, to = orthanc1, strategy = brodcast | strategy | not a valid strategy: 'brodcast'; did you mean 'broadcast'?
            name = r, to = orthanc1, fallback = perhaps | fallback | expected true or false
            name = r, to = orthanc1, priority = high    | priority | expected a whole number
            name = r, to = orthanc1, prio = 1           | prio     | unknown key
            name = r, to = orthanc1, match = CT         | match    | expected a block
            """)
    void a_mistake_is_one_problem_with_its_place(String line, String key, String what) {
        assertThat(written.problemsOfRouting(Written.DESTINATIONS + "routes = [\n {\n " + line + "}\n]"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.key()).isEqualTo("routes[0]." + key);
                    assertThat(problem.line()).isEqualTo(what.equals("missing") ? 7 : 8);
                    assertThat(problem.what()).contains(what);
                });
    }

    @Test
    void two_routes_of_one_name_are_told_both_places() {
        assertThat(written.problemsOfRouting(Written.DESTINATIONS + """
                        routes = [
                          { name = r, to = orthanc1 }
                          { name = r, to = orthanc2 }
                        ]
                        """))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("routing.conf:8 routes[1].name");
                    assertThat(problem.what()).isEqualTo("there is already a route r in line 7");
                });
    }

    @Test
    void unreadable_destinations_do_not_make_every_route_wrong() {
        assertThat(written.problemsOfRouting("destinations = 5\nroutes = [ { name = r, to = orthanc1 } ]"))
                .extracting(Written::place)
                .containsExactly("routing.conf:1 destinations");
    }

    @Test
    void a_destination_with_a_mistake_is_still_one_that_routes_can_name() {
        assertThat(written.problemsOfRouting(
                        "destinations.a { ae-title = A, host = h, port = x }\nroutes = [ { name = r, to = a } ]"))
                .extracting(Written::place)
                .containsExactly("routing.conf:1 destinations.a.port");
    }
}
