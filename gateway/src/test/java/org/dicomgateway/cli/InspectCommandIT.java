package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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

    private int inspect(List<String> servers, String... options) {
        return new CommandLine(new InspectCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Stream.concat(servers.stream(), Stream.of(options)).toArray(String[]::new));
    }
}
