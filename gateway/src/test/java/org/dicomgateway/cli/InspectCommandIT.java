package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.cli.inspect.InspectCommand;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InspectCommandIT {

    @TempDir
    static Path directory;

    private static OrthancServer full;
    private static OrthancServer partial;
    private static List<TestFile> study;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start_two_servers_of_which_one_holds_less() {
        full = OrthancServer.start(directory, "FULL");
        partial = OrthancServer.start(directory, "PARTIAL");
        study = new TestFiles(directory.resolve("files"), 11).study(2, 2, 8 * 1024);
        List<Path> files = study.stream().map(TestFile::path).toList();
        Dcmtk.storescu(full.peer(), OrthancServer.GATEWAY, files).orFail();
        Dcmtk.storescu(partial.peer(), OrthancServer.GATEWAY, files.subList(0, 3))
                .orFail();
    }

    @AfterAll
    static void stop() {
        full.close();
        partial.close();
    }

    @Test
    void shows_side_by_side_what_servers_hold_and_no_patient() {
        assertThat(inspect(both())).isZero();

        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .contains("full partial", "AE title FULL PARTIAL", "series 2 2", "instances 4 3")
                .contains("20260102 CT " + study.get(0).study() + " 4 3");
        assertThat(out.toString())
                .doesNotContain("Test^Patient")
                .doesNotContain(study.get(0).patientId());
    }

    @Test
    void shows_patients_only_when_asked_to() {
        assertThat(inspect(both(), "--show-patients")).isZero();

        assertThat(out.toString())
                .contains("Test^Patient")
                .contains(study.get(0).patientId());
    }

    @Test
    void writes_JSON_for_scripts() {
        assertThat(inspect(both(), "--json")).isZero();

        JsonNode servers = JsonMapper.shared().readTree(out.toString());
        assertThat(servers.at("/0/instances").asLong()).isEqualTo(4);
        assertThat(servers.at("/1/studyList/0/instances").asLong()).isEqualTo(3);
        assertThat(out.toString()).doesNotContain("patientName");
    }

    @Test
    void tells_which_server_holds_another_number_than_expected() {
        assertThat(inspect(both(), "--expect-instances", "4", "--wait", "1")).isEqualTo(1);

        assertThat(err.toString())
                .contains("partial holds 3 instances, expected are 4")
                .doesNotContain("full holds");
    }

    @Test
    void succeeds_when_every_server_holds_what_is_expected() {
        assertThat(inspect(List.of(server("full", full.httpPort())), "--expect-instances", "4"))
                .isZero();
    }

    @Test
    void a_server_that_does_not_answer_is_named_and_the_others_are_shown() {
        assertThat(inspect(List.of(server("full", full.httpPort()), server("gone", FreePorts.next()))))
                .isEqualTo(1);

        assertThat(out.toString()).contains("FULL");
        assertThat(err.toString()).contains("gone: no answer from");
    }

    @Test
    void reads_the_servers_from_their_own_configurations() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("configurations"));
        for (OrthancServer server : List.of(full, partial)) {
            String name = server.peer().aeTitle().value();
            Files.copy(directory.resolve(name).resolve("orthanc.json"), folder.resolve(name + ".json"));
        }

        assertThat(inspect(List.of("--orthanc-dir", folder.toString()), "--studies", "0"))
                .isZero();

        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .contains("FULL PARTIAL", "instances 4 3")
                .noneMatch(line -> line.contains(study.get(0).study().value()));
    }

    @Test
    void a_password_comes_from_a_file_and_a_wrong_one_is_refused() throws Exception {
        Path right = Files.writeString(directory.resolve("right"), "orthanc\n");
        Path wrong = Files.writeString(directory.resolve("wrong"), "guess\n");
        List<String> server = List.of(server("full", full.httpPort()));

        assertThat(inspect(server, "--user", "orthanc", "--password-file", right.toString()))
                .isZero();
        assertThat(inspect(server, "--password-file", wrong.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("RegisteredUsers").doesNotContain("guess");
        assertThat(inspect(server, "--password-file", directory.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("cannot read the password from");
    }

    @Test
    void shows_what_is_missing_where_from_the_patient_down_to_the_instance() {
        String patient = study.get(0).patientId();
        assertThat(inspect(both(), "--list", "patients", "--patient", "P*")).isZero();
        assertThat(rows()).contains("! " + patient + " CT 4 3", "1 patients, 1 not the same everywhere (!)");
        assertThat(inspect(both(), patient)).isZero();
        assertThat(rows()).contains("! " + study.get(0).study() + " 20260102 CT 2 series 4 3");
        assertThat(inspect(both(), study.get(0).study().value())).isZero();
        assertThat(rows())
                .contains(
                        study.get(0).series() + " CT number 1 2 2",
                        "! " + study.get(3).series() + " CT number 1 2 1");
        assertThat(inspect(both(), "--list=instances", "--differing")).isEqualTo(1);
        assertThat(rows())
                .contains(
                        "! " + study.get(3).sopInstance() + " number 2 1 -",
                        "4 instances, 1 not the same everywhere (!)")
                .noneMatch(line -> line.contains(study.get(0).sopInstance().value()));
    }

    @Test
    void finds_a_study_by_its_accession_number_and_tells_no_patient() {
        assertThat(inspect(both(), "A1")).isZero();
        assertThat(rows()).contains("! " + study.get(0).study() + " 20260102 CT 2 series 4 3");
        assertThat(out.toString())
                .doesNotContain("A1", "Test^Patient", study.get(0).patientId());
        assertThat(inspect(both(), "--accession", "A1", "--json", "--show-patients"))
                .isZero();
        JsonNode row = JsonMapper.shared().readTree(out.toString()).get(0);
        assertThat(row.at("/instances/full").asInt()).isEqualTo(4);
        assertThat(row.at("/instances/partial").asInt()).isEqualTo(3);
        assertThat(row.at("/about").asString()).contains("Test^Patient");
    }

    @Test
    void shows_all_about_an_instance_and_writes_a_picture_of_it() throws Exception {
        String last = study.get(3).sopInstance().value();
        Path picture = directory.resolve("picture.png");
        assertThat(inspect(both(), last, "--preview", picture.toString())).isZero();
        assertThat(rows())
                .contains("RemoteAET GATEWAY -", "(0008,0060) Modality CT", "(0010,0020) PatientID (hidden)")
                .anyMatch(line -> line.startsWith("MD5 "));
        assertThat(Files.readAllBytes(picture)).startsWith(0x89, 'P', 'N', 'G');
        assertThat(inspect(both(), last, "--show-patients", "--json")).isZero();
        assertThat(out.toString()).contains("Test^Patient");
    }

    @Test
    void what_nobody_holds_is_told_and_a_picture_is_of_one_instance() {
        assertThat(inspect(both(), "1.2.3.4")).isEqualTo(4);
        assertThat(err.toString()).contains("no server holds", "1.2.3.4");
        assertThat(inspect(both(), study.get(0).study().value(), "--preview", "x.png"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--preview needs one instance");
    }

    @Test
    void asks_the_destinations_of_the_rules_that_have_a_rest_interface() throws Exception {
        Path conf = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(conf.resolve("gateway.conf"), "gateway.routing = routing.conf\n");
        Files.writeString(conf.resolve("routing.conf"), """
                destinations {
                  one { ae-title = FULL, host = localhost, port = 104
                        rest { url = "http://127.0.0.1:%d", user = orthanc, password = orthanc } }
                  two { ae-title = TWO, host = localhost, port = 105 }
                }
                routes = [ { name = all, fallback = true, to = [one, two] } ]
                """.formatted(full.httpPort()));
        assertThat(inspect(List.of("--config", conf.resolve("gateway.conf").toString()), "--list", "studies"))
                .as(err.toString())
                .isZero();
        assertThat(rows()).contains("studies one", study.get(0).study() + " 20260102 CT 2 series 4");
    }

    @Test
    void without_any_server_it_says_how_to_name_one() {
        assertThat(inspect(List.of("--orthanc-dir", directory.resolve("nowhere").toString())))
                .isEqualTo(2);

        assertThat(err.toString()).contains("--server NAME=URL");
    }

    private static List<String> both() {
        return List.of(server("full", full.httpPort()), server("partial", partial.httpPort()));
    }

    private static String server(String name, int httpPort) {
        return "--server=" + name + "=http://127.0.0.1:" + httpPort;
    }

    private List<String> rows() {
        return out.toString()
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
    }

    private int inspect(List<String> servers, String... options) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new InspectCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Stream.concat(servers.stream(), Stream.of(options)).toArray(String[]::new));
    }
}
