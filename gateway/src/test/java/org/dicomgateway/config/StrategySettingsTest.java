package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RouteSettings.CommitOn;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Schedule.Window;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.config.settings.Strategy.Algorithm;
import org.dicomgateway.config.settings.Strategy.WhenRefused;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrategySettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    private RouteSettings route(String keys) throws ConfigurationException {
        return written.routing(Written.DESTINATIONS + "routes = [ { name = r, to = [orthanc1, orthanc2, orthanc3]\n"
                        + keys + "\n} ]")
                .routes()
                .get(0);
    }

    @Test
    void defaults_of_each_strategy() throws Exception {
        assertThat(route("strategy = broadcast").strategy()).isEqualTo(new Strategy.Broadcast());
        assertThat(route("strategy = failover").strategy())
                .isEqualTo(new Strategy.Failover(Affinity.STUDY, WhenRefused.NEXT));
        assertThat(route("strategy = balance").strategy())
                .isEqualTo(new Strategy.Balance(Algorithm.LEAST_LOADED, Affinity.STUDY, WhenRefused.NEXT));
        assertThat(route("strategy = replicate").strategy())
                .isEqualTo(new Strategy.Replicate(2, Algorithm.LEAST_LOADED, Affinity.STUDY, WhenRefused.NEXT));
    }

    @Test
    void the_copies_that_storage_commitment_requires() throws Exception {
        assertThat(route("").commitOn()).isEqualTo(CommitOn.ALL);
        assertThat(route("strategy = failover").commitOn()).isEqualTo(CommitOn.ALL);
        assertThat(route("commit-on = [orthanc3, orthanc1]").commitOn())
                .isEqualTo(new CommitOn(List.of("orthanc3", "orthanc1"), OptionalInt.empty()));
        assertThat(route("commit-on = orthanc2").commitOn())
                .isEqualTo(new CommitOn(List.of("orthanc2"), OptionalInt.empty()));
        assertThat(route("commit-on = 2").commitOn()).isEqualTo(new CommitOn(List.of(), OptionalInt.of(2)));
        assertThat(route("strategy = replicate, copies = 3, commit-on = 2").commitOn())
                .isEqualTo(new CommitOn(List.of(), OptionalInt.of(2)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "commit-on = [orthanc1, pacs] | the route does not go to pacs",
                "commit-on = 0 | must be between 1 and 64, is 0",
                "commit-on = 4 | storage commitment would require 4 copies, but the route names 3 destinations",
                "commit-on = [] | must not be empty",
                "commit-on = [orthanc1, orthanc1] | names orthanc1 twice",
                "strategy = replicate, commit-on = 3 | storage commitment would require 3 copies, but the route makes 2",
                "strategy = replicate, commit-on = orthanc1 | replicate chooses the destinations of each study",
                "strategy = failover, commit-on = 1 | the strategy failover has no commit-on"
            })
    void copies_that_it_cannot_require(String keys, String problem) {
        assertThatThrownBy(() -> route(keys))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("routing.conf:")
                .hasMessageContaining("routes[0].commit-on")
                .hasMessageContaining(problem);
    }

    @Test
    void every_key_is_mapped() throws Exception {
        assertThat(route("strategy = failover, affinity = series, when-refused = park")
                        .strategy())
                .isEqualTo(new Strategy.Failover(Affinity.SERIES, WhenRefused.PARK));
        assertThat(route("strategy = balance, algorithm = round-robin, affinity = none, when-refused = park")
                        .strategy())
                .isEqualTo(new Strategy.Balance(Algorithm.ROUND_ROBIN, Affinity.NONE, WhenRefused.PARK));
        assertThat(route("strategy = replicate, copies = 3, algorithm = hash, affinity = patient")
                        .strategy())
                .isEqualTo(new Strategy.Replicate(3, Algorithm.HASH, Affinity.PATIENT, WhenRefused.NEXT));
    }

    @Test
    void what_holds_for_all_routes_counts_only_where_the_strategy_has_it() throws Exception {
        RoutingSettings settings = written.routing(Written.DESTINATIONS + """
                route-defaults { strategy = replicate, copies = 3, algorithm = weighted }
                routes = [
                  { name = r, to = [orthanc1, orthanc2, orthanc3] }
                  { name = s, to = orthanc1, strategy = broadcast }
                ]
                """);
        assertThat(settings.routes())
                .extracting(RouteSettings::strategy)
                .containsExactly(
                        new Strategy.Replicate(3, Algorithm.WEIGHTED, Affinity.STUDY, WhenRefused.NEXT),
                        new Strategy.Broadcast());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            strategy = failover, copies = 2       | copies       | the strategy failover has no copies | replicate
            strategy = balance, copies = 2        | copies       | the strategy balance has no copies | replicate
            strategy = failover, algorithm = hash | algorithm    | the strategy failover has no algorithm | balance, replicate
            algorithm = hash                      | algorithm    | the strategy broadcast has no algorithm | balance, replicate
            affinity = study                      | affinity     | the strategy broadcast has no affinity | failover, balance
            when-refused = park                   | when-refused | the strategy broadcast has no when-refused | failover
            strategy = replicate, copies = 4      | copies       | 4 copies need as many destinations, but the route names 3 | name more
            strategy = replicate, copies = 1      | copies       | must be between 2 and 64, is 1 | ''
            strategy = balance, algorithm = hsah  | algorithm    | not a valid algorithm: 'hsah'; did you mean 'hash'? | ''
            strategy = balance, affinity = image  | affinity     | not a valid affinity: 'image'; known are none, series, study, patient | ''
            strategy = balance, when-refused = go | when-refused | not a valid when-refused: 'go'; known are park, next | ''
            strategy = ballance                   | strategy     | not a valid strategy: 'ballance'; did you mean 'balance'? | ''
            """)
    void a_mistake_is_one_problem_with_its_place(String keys, String key, String what, String remedy) {
        assertThat(Written.problems(() -> route(keys))).singleElement().satisfies(problem -> {
            assertThat(Written.place(problem)).isEqualTo("routing.conf:7 routes[0]." + key);
            assertThat(problem.what()).isEqualTo(what);
            assertThat(problem.remedy()).contains(remedy);
        });
    }

    @Test
    void copies_by_default_are_too_many_for_one_destination() {
        assertThat(written.problemsOfRouting(
                        Written.DESTINATIONS + "routes = [ { name = r, strategy = replicate, to = orthanc1 } ]"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("routing.conf:6 routes[0].to");
                    assertThat(problem.what()).isEqualTo("2 copies need as many destinations, but the route names 1");
                });
    }

    @Test
    void hours_are_mapped() throws Exception {
        assertThat(route("""
                        schedule {
                          zone = Europe/Berlin
                          windows = [
                            { days = daily, from = "22:00", to = "06:00" }
                            { days = [sat, weekends, mon], from = "00:00", to = "24:00" }
                          ]
                        }
                        """).schedule())
                .isEqualTo(new Schedule(
                        ZoneId.of("Europe/Berlin"),
                        List.of(
                                new Window(EnumSet.allOf(DayOfWeek.class), LocalTime.of(22, 0), LocalTime.of(6, 0)),
                                new Window(
                                        Set.of(DayOfWeek.MONDAY, DayOfWeek.SATURDAY, DayOfWeek.SUNDAY),
                                        LocalTime.MIDNIGHT,
                                        LocalTime.MIDNIGHT))));
        assertThat(route("schedule.zone = Asia/Tokyo").schedule()).isEqualTo(Schedule.ALWAYS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            windows = { days = daily, from = "22:00", to = "06:00" }              | zone            | missing
            zone = Mars, windows = []                                           | zone            | no time zone is called 'Mars'
            zone = UTC, windows = { from = "22:00", to = "06:00" }               | windows.days    | missing
            zone = UTC, windows = { days = [], from = "22:00", to = "06:00" }    | windows.days    | must not be empty
            zone = UTC, windows = { days = wekends, from = "22:00", to = "06:00" } | windows.days  | not a valid day: 'wekends'; did you mean 'weekends'?
            zone = UTC, windows = { days = daily, from = "10 pm", to = "06:00" } | windows.from    | not a time of day: '10 pm'; write hours and minutes
            zone = UTC, windows = { days = daily, from = "24:00", to = "06:00" } | windows.from    | not a time of day: '24:00'
            zone = UTC, windows = { days = daily, from = "22:00", to = "25:00" } | windows.to      | not a time of day: '25:00'
            zone = UTC, windows = { days = daily, from = "22:00", till = "06:00" } | windows.to      | missing
            """)
    void a_mistake_in_the_hours_is_told_with_its_place(String keys, String key, String what) {
        assertThat(Written.problems(() -> route("schedule {\n" + keys + "\n}"))).anySatisfy(problem -> {
            assertThat(problem.key()).isEqualTo("routes[0].schedule." + key);
            assertThat(problem.line()).isBetween(7, 8);
            assertThat(problem.what()).contains(what);
        });
    }

    @Test
    void what_is_in_force_shows_only_the_keys_of_each_strategy_and_can_be_loaded_again() throws Exception {
        RoutingSettings settings = written.routing(Written.DESTINATIONS + """
                route-defaults { schedule.zone = Europe/Berlin, algorithm = hash }
                routes = [
                  { name = a, to = [orthanc1, orthanc2], strategy = failover }
                  { name = b, to = [orthanc1, orthanc2], strategy = replicate
                    schedule.windows = [ { days = [mon, tue], from = "10:00", to = "11:30" } ] }
                  { name = c, to = orthanc1 }
                ]
                """);
        String text = EffectiveConfiguration.renderRouting(folder.resolve("routing.conf"));
        assertThat(text).containsOnlyOnce("copies = 2  # default").containsOnlyOnce("algorithm = \"hash\"");
        assertThat(written.routing(text)).isEqualTo(settings);
    }
}
