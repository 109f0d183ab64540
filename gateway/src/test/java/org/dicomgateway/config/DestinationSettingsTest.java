package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.CommitmentRequests;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationSettingsTest {

    private static final Peer PEER = new Peer(AeTitle.of("PACS"), "pacs.example.org", 104);

    private static final String IDENTITY = "ae-title = PACS, host = pacs.example.org, port = 104\n";

    private static final String ALL = """
            calling-ae = preserve
            max-associations = 2
            weight = 3
            linger = 0
            max-batch = 4
            connect-timeout = 1 s
            association-timeout = 2 s
            response-timeout = 3 m
            write-timeout = 4 s
            release-timeout = 500 ms
            max-pdu-length = 32 KiB
            pipeline = 16
            retry { initial-delay = 6 s, max-delay = 7 h, max-attempts = 8 }
            breaker { failures = 9, initial-pause = 10 s, max-pause = 11 m }
            probe-interval = 12 s
            schedule { zone = Europe/Berlin, windows = { days = weekends, from = "07:00", to = "24:00" } }
            max-rate { instances = 13, bytes = 14 MiB }
            """;

    private static final DestinationSettings ALL_READ = new DestinationSettings(
            "archive",
            Optional.of(PEER),
            Optional.empty(),
            2,
            3,
            new RequestorSettings(
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(2),
                            Duration.ofMinutes(3),
                            Duration.ofSeconds(4),
                            Duration.ofMillis(500),
                            32 * 1024)
                    .withWindow(16),
            Duration.ZERO,
            4,
            new RetrySettings(Duration.ofSeconds(6), Duration.ofHours(7), 8),
            new BreakerSettings(9, Duration.ofSeconds(10), Duration.ofMinutes(11)),
            Duration.ofSeconds(12),
            new Schedule(
                    ZoneId.of("Europe/Berlin"),
                    List.of(new Schedule.Window(
                            Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY), LocalTime.of(7, 0), LocalTime.MIDNIGHT))),
            new RateLimit(OptionalInt.of(13), Optional.of(DataSize.ofMebibytes(14))),
            Optional.empty(),
            Optional.empty(),
            VerifySettings.NONE,
            CommitmentRequests.NONE,
            List.of(),
            TranscodeSettings.NEVER);

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    private DestinationSettings archive(String text) throws ConfigurationException {
        RoutingSettings settings = written.routing(text + "\nroutes = []");
        return Optional.ofNullable(settings.destinations().get("archive")).orElseThrow();
    }

    @Test
    void storage_commitment_is_requested_when_it_is_switched_on() throws Exception {
        assertThat(archive("destinations.archive { " + IDENTITY
                                + "\ncommitment { request = true, after = 30 s, deadline = 2 h } }")
                        .commitment())
                .isEqualTo(new CommitmentRequests(true, Duration.ofSeconds(30), Duration.ofHours(2)));
        assertThatThrownBy(() -> archive(
                        "destinations.archive { " + IDENTITY + "\ncalling-ae = preserve, commitment.request = true }"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("destinations.archive.commitment.request")
                .hasMessageContaining("the server could not report");
    }

    @Test
    void defaults() throws Exception {
        assertThat(archive("destinations.archive { " + IDENTITY + " }"))
                .isEqualTo(new DestinationSettings(
                        "archive",
                        Optional.of(PEER),
                        Optional.of(AeTitle.of("GATEWAY")),
                        4,
                        1,
                        new RequestorSettings(
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(5),
                                16 * 1024),
                        Duration.ofSeconds(1),
                        100,
                        new RetrySettings(Duration.ofSeconds(5), Duration.ofMinutes(10), 10),
                        new BreakerSettings(3, Duration.ofSeconds(2), Duration.ofSeconds(60)),
                        Duration.ofSeconds(15),
                        Schedule.ALWAYS,
                        RateLimit.UNLIMITED,
                        Optional.empty(),
                        Optional.empty(),
                        VerifySettings.NONE,
                        CommitmentRequests.NONE,
                        List.of(),
                        TranscodeSettings.NEVER));
    }

    @Test
    void every_key_is_mapped() throws Exception {
        assertThat(archive("destinations.archive {\n" + IDENTITY + ALL + "}")).isEqualTo(ALL_READ);
    }

    @Test
    void verification_is_mapped_and_needs_a_way_to_ask() throws Exception {
        String rest = "rest.url = \"http://localhost:8042\"\n";
        String verify =
                "verify { level = content, within = 5 m, again = 2 d, max-rate { instances = 3, bytes = 4 MiB } }";
        assertThat(archive("destinations.archive {\n" + IDENTITY + rest + verify + "}")
                        .verify())
                .isEqualTo(new VerifySettings(
                        VerifySettings.Level.CONTENT,
                        Duration.ofMinutes(5),
                        Optional.of(Duration.ofDays(2)),
                        new RateLimit(OptionalInt.of(3), Optional.of(DataSize.ofMebibytes(4)))));
        assertThat(archive("destinations.archive {\n" + IDENTITY + rest
                                + "verify { level = presence, again = never } }")
                        .verify()
                        .again())
                .isEmpty();
    }

    @Test
    void every_key_can_be_set_for_all_destinations() throws Exception {
        assertThat(archive("destination-defaults {\n" + ALL + "}\ndestinations.archive { " + IDENTITY + " }"))
                .isEqualTo(ALL_READ);
    }

    @Test
    void its_own_value_goes_before_the_one_for_all_key_by_key() throws Exception {
        DestinationSettings archive = archive("""
                destination-defaults { retry { initial-delay = 1 s, max-attempts = 2 } }
                destinations.archive { ae-title = A, host = h, port = 1, retry { max-attempts = 3 } }
                """);
        assertThat(archive.retry()).isEqualTo(new RetrySettings(Duration.ofSeconds(1), Duration.ofMinutes(10), 3));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            calling-ae = preserve             |
            calling-ae = PRESERVE             | PRESERVE
            calling-ae { fixed = preserve }   | preserve
            calling-ae = GW2                  | GW2
            """)
    void the_calling_title_is_fixed_or_the_senders(String line, String title) throws Exception {
        assertThat(archive("destinations.archive {\n" + IDENTITY + line + "}").callingAe())
                .isEqualTo(Optional.ofNullable(title).map(AeTitle::of));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ae-title = "A\\\\B"               | ae-title            | an AE title contains printable ASCII
            host = "two words"              | host                | not a host name
            port = 0                        | port                | must be between 1 and 65535
            calling-ae { fixd = A }         | calling-ae.fixd     | unknown key
            calling-ae = [A]                | calling-ae          | expected a text
            max-associations = 0            | max-associations    | must be between 1 and 256
            weight = heavy                  | weight              | expected a whole number
            linger = 2 m                    | linger              | must be between 0 ms and 1 m
            max-batch = 0                   | max-batch           | must be between 1 and 10000
            connect-timeout = -1 s          | connect-timeout     | must be between 100 ms and 1 d
            association-timeout = 0         | association-timeout | must be between 100 ms and 1 d
            response-timeout = 60           | response-timeout    | expected a duration with its unit
            write-timeout = 2 d             | write-timeout       | must be between 100 ms and 1 d
            release-timeout = soon          | release-timeout     | expected a duration with its unit
            pipeline = 257                  | pipeline            | must be between 1 and 256
            max-pdu-length = 1 KiB          | max-pdu-length      | must be between 4 KiB and 1 MiB
            retry.initial-delay = 1 h       | retry.initial-delay | max-delay 10 m is less than the initial 1 h
            retry.max-delay = 1 s           | retry.max-delay     | max-delay 1 s is less than the initial 5 s
            retry.max-attempts = 0          | retry.max-attempts  | must be between 1
            retry = 5                       | retry               | expected a block
            breaker.failures = 0            | breaker.failures    | must be between 1
            breaker.max-pause = 1 s         | breaker.max-pause   | max-pause 1 s is less than the initial 2 s
            breaker.pause = 1 s             | breaker.pause       | unknown key
            probe-interval = 1 ms           | probe-interval      | must be between 1 s
            max-rate.instances = 0          | max-rate.instances  | must be between 1 and 1000000
            max-rate.bytes = 10             | max-rate.bytes      | expected a size with its unit
            max-rate.packets = 10           | max-rate.packets    | unknown key
            schedule.zone = Europe/Berlni   | schedule.zone       | no time zone is called 'Europe/Berlni'; did you mean 'Europe/Berlin'?
            rest.interval = 10 s            | rest.url            | missing
            rest { url = "ftp://h" }        | rest.url            | not an address of a web server
            rest { url = "http://a:b@h" }   | rest.url            | the address contains a login
            rest { url = "http://h", user = u } | rest.user       | there is no password
            rest { url = "http://h", password = p } | rest.password | there is no user
            rest { url = "http://h", user = u, password-file = gone } | rest.password-file | cannot be read
            rest { url = "http://h", interval = 1 s } | rest.interval | must be between 5 s and 1 d
            verify.level = sometimes        | verify.level        | none
            verify.within = 1 s             | verify.within       | must be between 2 s and 7 d
            verify.again = 1 s              | verify.again        | must be between 1 m and 3650 d
            verify.max-rate.bytes = 1       | verify.max-rate.bytes | expected a size with its unit
            """)
    void a_mistake_is_one_problem_with_its_place(String line, String key, String what) {
        assertThat(written.problemsOfRouting("routes = []\ndestinations.archive {\n" + IDENTITY + line + "\n}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("routing.conf:4 destinations.archive." + key);
                    assertThat(problem.what()).contains(what);
                });
    }

    @Test
    void a_mistake_in_what_holds_for_all_is_told_once_also_when_there_is_no_destination() {
        String defaults =
                "destination-defaults {\n weight = 0\n prot = 4\n retry { max-delai = 3 s }\n}\nroutes = []\n";
        String[] expected = {
            "routing.conf:2 destination-defaults.weight",
            "routing.conf:3 destination-defaults.prot",
            "routing.conf:4 destination-defaults.retry.max-delai"
        };
        assertThat(written.problemsOfRouting(defaults + Written.DESTINATIONS))
                .extracting(Written::place)
                .containsExactly(expected);
        assertThat(written.problemsOfRouting(defaults + "destinations {}"))
                .extracting(Written::place)
                .containsExactly(expected);
    }

    @Test
    void a_misspelled_key_that_is_needed_is_not_also_told_as_missing() {
        assertThat(written.problemsOfRouting("routes = []\ndestinations.a { ae-title = A, host = h, prot = 104 }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.remedy()).isEqualTo("did you mean 'port'?"));
    }

    @Test
    void what_has_no_default_must_be_there() {
        assertThat(written.problemsOfRouting("routes = []\ndestinations {\n a {}\n}"))
                .extracting(Written::place)
                .containsExactly(
                        "routing.conf:3 destinations.a.ae-title",
                        "routing.conf:3 destinations.a.host",
                        "routing.conf:3 destinations.a.port");
    }
}
