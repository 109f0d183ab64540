package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.dicomgateway.config.match.IpAddress;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.PeerLimits;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerSettingsTest {

    private static final ListenerSettings DEFAULTS = new ListenerSettings(
            "dicom",
            Set.of(AeTitle.of("GATEWAY")),
            new AcceptorSettings(
                    address("127.0.0.1", 11112),
                    100,
                    OptionalInt.of(50),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(30),
                    OptionalLong.of(256),
                    Duration.ofSeconds(30),
                    128 * 1024,
                    Optional.empty()),
            RateLimit.UNLIMITED,
            List.of(AccessRule.anybody(List.of(), PeerLimits.UNLIMITED)),
            List.of(),
            Optional.empty());

    private static final String ALL = """
            bind = "::1"
            port = 104
            ae-titles = [PACS, "OLD PACS"]
            max-associations = 7
            max-associations-per-host = 3
            max-rate { instances = 40, bytes = 5 MiB }
            request-timeout = 1 s
            idle-timeout = 2 m
            read-timeout = 3 s
            min-rate = 2 KiB
            write-timeout = 4500 ms
            max-pdu-length = 16 KiB
            """;

    private static final AcceptorSettings ALL_READ = new AcceptorSettings(
            address("::1", 104),
            7,
            OptionalInt.of(3),
            Duration.ofSeconds(1),
            Duration.ofMinutes(2),
            Duration.ofSeconds(3),
            OptionalLong.of(2048),
            Duration.ofMillis(4500),
            16 * 1024,
            Optional.empty());

    private static InetSocketAddress address(String address, int port) {
        return new InetSocketAddress(IpAddress.parse(address).orElseThrow().address(), port);
    }

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    @Test
    void defaults() throws Exception {
        assertThat(written.gateway("").listeners()).containsExactly(DEFAULTS);
        assertThat(written.gateway("gateway.listeners.dicom {}").listeners()).containsExactly(DEFAULTS);
    }

    @Test
    void every_key_is_mapped() throws Exception {
        assertThat(written.gateway("gateway.listeners.lab {\n" + ALL + "}").listeners())
                .containsExactly(new ListenerSettings(
                        "lab",
                        Set.of(AeTitle.of("PACS"), AeTitle.of("OLD PACS")),
                        ALL_READ,
                        new RateLimit(OptionalInt.of(40), Optional.of(DataSize.ofMebibytes(5))),
                        List.of(AccessRule.anybody(List.of(), PeerLimits.UNLIMITED)),
                        List.of(),
                        Optional.empty()));
    }

    @Test
    void one_address_may_take_half_of_all_associations_or_as_many_as_are_said() throws Exception {
        assertThat(perHost("max-associations = 7")).hasValue(3);
        assertThat(perHost("max-associations = 1")).hasValue(1);
        assertThat(perHost("max-associations-per-host = unlimited")).isEmpty();
        assertThat(perHost("max-associations-per-host = 80")).hasValue(80);
    }

    private OptionalInt perHost(String text) throws Exception {
        return written.gateway("gateway.listeners.lab {\n" + text + "\n}")
                .listeners()
                .get(0)
                .acceptor()
                .maxAssociationsPerHost();
    }

    @Test
    void every_key_can_be_set_for_all_listeners() throws Exception {
        assertThat(written.gateway("gateway.listener-defaults {\n" + ALL + "}\ngateway.listeners.lab.port = 105")
                        .listeners())
                .singleElement()
                .extracting(ListenerSettings::acceptor)
                .isEqualTo(new AcceptorSettings(
                        address("::1", 105),
                        ALL_READ.maxAssociations(),
                        ALL_READ.maxAssociationsPerHost(),
                        ALL_READ.requestTimeout(),
                        ALL_READ.idleTimeout(),
                        ALL_READ.readTimeout(),
                        ALL_READ.minRate(),
                        ALL_READ.writeTimeout(),
                        ALL_READ.maxPduLength(),
                        ALL_READ.tls()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bind = example.org      | bind             | not an IP address
            bind = 1.2.3            | bind             | not an IP address
            port = 65536            | port             | must be between 0 and 65535, is 65536
            port = -1               | port             | must be between 0 and 65535, is -1
            port = 104.5            | port             | expected a whole number, found 104.5
            ae-titles = []          | ae-titles        | must not be empty
            ae-titles = [A, A]      | ae-titles[1]     | names A twice
            ae-titles = AVERYLONGAPPLICATION | ae-titles | an AE title has at most 16 characters
            transfer-syntaxes = NoSuchSyntax | transfer-syntaxes | no transfer syntax is called 'NoSuchSyntax'
            transfer-syntaxes = []  | transfer-syntaxes | must not be empty
            min-rate = 0 B          | min-rate         | must be between 1 B and 1 MiB
            ae-titles { a = b }     | ae-titles        | expected a text
            max-associations = 0    | max-associations | must be between 1 and 10000
            idle-timeout = 60       | idle-timeout     | expected a duration with its unit
            idle-timeout = -5 s     | idle-timeout     | must be between 100 ms and 1 d
            idle-timeout = 5 apples | idle-timeout     | expected a duration with its unit
            idle-timeout = [1 s]    | idle-timeout     | found a list
            read-timeout = 0        | read-timeout     | must be between 100 ms and 1 d
            write-timeout = null    | write-timeout    | is null
            max-pdu-length = 16384  | max-pdu-length   | expected a size with its unit
            max-pdu-length = 2 MiB  | max-pdu-length   | must be between 4 KiB and 1 MiB
            max-pdu-lenght = 16 KiB | max-pdu-lenght   | unknown key
            """)
    void a_mistake_is_one_problem_with_its_place(String line, String key, String what) {
        assertThat(written.problemsOfGateway("gateway.listeners {\n lab {\n  " + line + "\n }\n}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("gateway.conf:3 gateway.listeners.lab." + key);
                    assertThat(problem.what()).contains(what);
                });
    }

    @Test
    void a_mistake_in_the_defaults_is_told_once_however_many_listeners_there_are() {
        assertThat(written.problemsOfGateway("""
                        gateway.listener-defaults.max-associations = many
                        gateway.listeners { a { port = 1 }, b { port = 2 } }
                        """))
                .extracting(Written::place)
                .containsExactly("gateway.conf:1 gateway.listener-defaults.max-associations");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 104, 127.0.0.1, 104, true",
        "127.0.0.1, 104, 0.0.0.0,   104, true",
        "127.0.0.1, 104, '::',      104, true",
        "127.0.0.1, 104, 127.0.0.2, 104, false",
        "127.0.0.1, 104, 127.0.0.1, 105, false",
        "127.0.0.1, 0,   127.0.0.1, 0,   false"
    })
    void two_listeners_cannot_have_one_port(String bind1, int port1, String bind2, int port2, boolean problem)
            throws Exception {
        String text = "gateway.listeners {\n a { bind = \"%s\", port = %d }\n b { bind = \"%s\", port = %d }\n}"
                .formatted(bind1, port1, bind2, port2);
        if (problem) {
            assertThat(written.problemsOfGateway(text)).singleElement().satisfies(found -> {
                assertThat(Written.place(found)).isEqualTo("gateway.conf:3 gateway.listeners.b.port");
                assertThat(found.what()).isEqualTo("listeners a and b both use port 104");
            });
        } else {
            assertThat(written.gateway(text).listeners()).hasSize(2);
        }
    }

    @Test
    void two_listeners_that_leave_the_port_to_the_default_are_told_where_they_stand() {
        assertThat(written.problemsOfGateway("gateway.listeners {\n a {}\n b {}\n}"))
                .extracting(Written::place)
                .containsExactly("gateway.conf:3 gateway.listeners.b");
    }

    @Test
    void a_name_that_would_need_quoting_everywhere_is_refused() {
        assertThat(written.problemsOfGateway("gateway.listeners {\n \"a b\" {}\n}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).startsWith("a name is 1 to 64 letters"));
    }
}
