package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingWarningsTest {

    private static final String ALL = "to = [orthanc1, orthanc2, orthanc3]";

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    private List<String> warnings(String text) throws ConfigurationException {
        return warnings(text, "");
    }

    private List<String> warnings(String text, String gateway) throws ConfigurationException {
        return Configuration.warnings(written.file("routing.conf", text), gateway(gateway)).stream()
                .map(warning -> warning.line() + " " + warning.key() + ": " + warning.what())
                .toList();
    }

    private GatewaySettings gateway(String text) throws ConfigurationException {
        return Configuration.load(written.file("gateway.conf", text));
    }

    private List<String> warningsOfRoutes(String routes) throws ConfigurationException {
        return warnings(Written.DESTINATIONS + "routes = [\n" + routes + "\n]");
    }

    private List<String> warningsOfMatch(String match) throws ConfigurationException {
        return warningsOfRoutes("{ name = r, " + ALL + "\n match {\n" + match + "\n} }");
    }

    @Test
    void what_is_shipped_has_none() throws Exception {
        assertThat(Configuration.warnings(ProjectRoot.path().resolve("conf/routing.conf"), gateway("")))
                .isEmpty();
    }

    @Test
    void a_destination_that_no_route_names() throws Exception {
        assertThat(warningsOfRoutes("{ name = r, to = [orthanc1, orthanc3] }"))
                .containsExactly("3 destinations.orthanc2: no route names orthanc2, so it gets nothing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "modality = CT, tags.Modality = MR",
                "modality = [CT, MR], tags.Modality = \"X*\"",
                "modality = CT, tags { \"(0008,0060)\" = \"\" }",
                "modality = CT, not { modality = CT }",
                "modality = [CT, MR], not { modality { regex = \"[CM][TR]\" } }",
                "modality { regex = \"C.\" }, tags.Modality = MR",
                "modality = \"C*\", not { modality = \"C*\" }",
                "modality = CT, calling-ae = A, not = [ { modality = MR }, { calling-ae = A, modality = CT } ]",
                "tags.ImageType = AXIAL, not { tags.ImageType = \"AX*\" }",
                "remote-host = 10.1.0.0/16, not { remote-host = [192.168.0.0/16, 10.0.0.0/8] }"
            })
    void a_route_that_can_never_match(String match) throws Exception {
        assertThat(warningsOfMatch(match))
                .singleElement()
                .asString()
                .startsWith("8 routes[0].match: route r can never match: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "modality = CT, tags.Modality = \"C*\"",
                "modality = [CT, MR], not { modality = CT }",
                "tags { ImageType = AXIAL, \"(0008,0008)\" = PRIMARY }",
                "modality = CT, not { modality = CT, calling-ae = A }",
                "modality = \"C*\", not { modality = CT }",
                "remote-host = 10.0.0.0/8, not { remote-host = 10.1.0.0/16 }",
                "modality { regex = \"C.\" }, tags.Modality { regex = \"M.\" }",
                "calling-ae = A, called-ae = B"
            })
    void a_route_that_may_match(String match) throws Exception {
        assertThat(warningsOfMatch(match)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            modality = ct                               | modality = "ct"        | upper case
            modality = [CT, mr]                         | modality = "mr"        | upper case
            tags.BodyPartExamined = "*head*"            | BodyPartExamined = "*head*" | upper case
            not { tags.ImageType = localizer }          | ImageType = "localizer" | upper case
            tags.StudyDate = "2026-03-01"               | StudyDate = "2026-03-01" | only digits
            tags.StudyInstanceUID = "1.2.x"             | StudyInstanceUID = "1.2.x" | digits and points
            calling-ae = MAMMOGRAPHY-ROOM-2             | calling-ae = "MAMMOGRAPHY-ROOM-2" | 16 characters
            """)
    void a_value_that_cannot_occur(String match, String condition, String why) throws Exception {
        assertThat(warningsOfMatch(match))
                .singleElement()
                .asString()
                .startsWith("8 routes[0].match: route r: " + condition + " matches no value: ")
                .contains(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "modality = \"C?\"",
                "modality { ignore-case = ct }",
                "tags.StudyDescription = \"*trial*\"",
                "tags.BodyPartExamined { ignore-case = \"*head*\" }",
                "tags.\"(0019,100A)\" = anything",
                "calling-ae = \"*MAMMO*ROOM*\"",
                "tags.StudyDate = \"202603*\""
            })
    void a_value_that_can_occur(String match) throws Exception {
        assertThat(warningsOfMatch(match)).isEmpty();
    }

    @Test
    void a_fallback_that_has_nothing_left_to_catch() throws Exception {
        assertThat(warningsOfRoutes("{ name = all, " + ALL + " }\n{ name = rest, fallback = true, to = orthanc1 }"))
                .containsExactly("8 routes[1]: the fallback rest never applies: route all matches every instance");
    }

    @Test
    void copies_that_have_nowhere_to_go_when_a_server_is_down() throws Exception {
        assertThat(warningsOfRoutes("{ name = r, " + ALL + "\n strategy = replicate, copies = 3 }"))
                .containsExactly("8 routes[0].strategy: route r makes 3 copies on 3 destinations: "
                        + "while one is down, its copies have nowhere else to go");
        assertThat(warningsOfRoutes("{ name = r, " + ALL + ", strategy = replicate }"))
                .isEmpty();
    }

    @Test
    void a_choice_of_one() throws Exception {
        assertThat(warningsOfRoutes("""
                        { name = all, to = [orthanc1, orthanc2, orthanc3] }
                        { name = r, to = orthanc1, strategy = failover }
                        """))
                .containsExactly("8 routes[1].strategy: route r has the strategy failover and one destination: "
                        + "there is nothing to choose");
    }

    @Test
    void hours_that_never_meet() throws Exception {
        assertThat(warnings("""
                        destinations { a { ae-title = A, host = h, port = 1, schedule {
                          zone = Europe/Berlin, windows = [ { days = daily, from = "08:00", to = "18:00" } ] } } }
                        route-defaults.schedule.zone = Europe/Berlin
                        routes = [
                          { name = day, to = a, schedule.windows = [ { days = sun, from = "17:59", to = "22:00" } ] }
                          { name = night, to = a, schedule.windows = [ { days = daily, from = "18:00", to = "08:00" } ] }
                        ]
                        """))
                .containsExactly("6 routes[1]: the schedules of route night and of its destination a never overlap: "
                        + "nothing would be sent there");
    }

    @Test
    void a_password_in_plain_text_but_not_one_from_a_file() throws Exception {
        written.file("pw", "hunter2");
        String warning = warnings("""
                        destinations {
                          a { ae-title = A, host = h, port = 1, rest { url = "http://a", user = u
                            password = hunter2 } }
                          b { ae-title = B, host = h, port = 1, rest { url = "http://b", user = u, password-file = pw } }
                        }
                        routes = [ { name = r, to = [a, b] } ]
                        """).toString();
        assertThat(warning).isEqualTo("[3 destinations.a.rest.password: the file contains a password in plain text]");
    }

    @Test
    void a_destination_that_is_never_asked_keeps_senders_waiting() throws Exception {
        String senders = "gateway.senders.CT1 { host = ct1, port = 104 }\ngateway.commitment.answer-when = ";
        String a = "destinations.a { ae-title = A, host = a, port = 1, commitment.request = true }\n";
        String b = "destinations.b { ae-title = B, host = b, port = 1 }\nroutes = [ { name = r, to = [a, b]";
        assertThat(warnings(a + b + " } ]", senders + "committed"))
                .containsExactly("3 routes[0]: with answer-when = committed, route r keeps requests of senders waiting"
                        + " until they fail: b is not asked for commitment");
        assertThat(warnings(a + b + ", commit-on = a } ]", senders + "committed"))
                .isEmpty();
        assertThat(warnings(a + b + ", commit-on = 1 } ]", senders + "committed"))
                .isEmpty();
        assertThat(warnings(a + b + " } ]", senders + "delivered")).isEmpty();
        assertThat(warnings(a + b + " } ]", "gateway.commitment.answer-when = committed"))
                .as("without senders")
                .isEmpty();
        assertThat(warnings(a + b + " } ]", senders + "verified"))
                .singleElement()
                .asString()
                .endsWith("a and b is not verified");
    }

    @Test
    void a_server_that_is_asked_for_commitment_and_could_not_report_is_told() throws Exception {
        String routing = """
                destinations.a {
                  ae-title = A, host = a, port = 1
                  commitment { after = 5 m
                    request = true } }
                routes = [ { name = r, to = a } ]
                """;
        assertThat(warnings(routing)).isEmpty();
        String key = "4 destinations.a.commitment.request: ";
        assertThat(warnings(routing, "gateway.listeners.dicom.ae-titles = [ROUTER]"))
                .containsExactly(key + "no listener has the AE title GATEWAY, which a calls to report on storage"
                        + " commitment: only reports on the association of the request arrive");
        assertThat(warnings(routing, "gateway.listeners.dicom.access = [ { name = ct, calling-ae = \"CT*\" } ]"))
                .containsExactly(
                        key + "listener dicom does not let A in, as which a reports on storage commitment: only"
                                + " reports on the association of the request arrive");
        assertThat(
                        warnings(
                                routing,
                                "gateway.listeners.dicom.access = [ { name = ct, calling-ae = CT1 }, { name = a, calling-ae = A } ]"))
                .isEmpty();
        assertThat(warnings(routing.replace("true", "false"), "gateway.listeners.dicom.ae-titles = [ROUTER]"))
                .isEmpty();
    }

    @Test
    void a_warning_reads_as_compilers_say_it() throws Exception {
        Path file = written.file("routing.conf", Written.DESTINATIONS + "routes = []");
        assertThat(Configuration.warnings(file, gateway("")).get(0))
                .hasToString(file.toAbsolutePath().normalize() + ":2: warning: destinations.orthanc1: "
                        + "no route names orthanc1, so it gets nothing; name it in a route, or remove it");
    }
}
