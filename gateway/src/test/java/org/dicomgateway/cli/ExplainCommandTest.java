package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.cli.check.ExplainCommand;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExplainCommandTest {

    private static final String ROUTING = """
            destinations {
              one { ae-title = ONE, host = localhost, port = 1 }
              two { ae-title = TWO, host = localhost, port = 2 }
            }
            routes = [
              { name = mr, match { modality = MR }, to = one }
              { name = ward, match { calling-ae = "WARD*", remote-host = 10.0.0.0/8 }, strategy = failover, to = [two, one] }
              { name = person, match { tags { PatientID = NOBODY } }, to = one }
              { name = rest, fallback = true, to = one }
            ]
            """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(folder.resolve("gateway.conf"), "");
        Files.writeString(folder.resolve("routing.conf"), ROUTING);
    }

    private TestFile file() {
        return new TestFiles(folder.resolve("files"), 3).single(2_000);
    }

    private int explain(Path file, String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add("--config=" + folder.resolve("gateway.conf"));
        arguments.add(file.toString());
        return new CommandLine(new ExplainCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    private JsonNode json() {
        return JsonMapper.shared().readTree(out.toString()).get(0);
    }

    @Test
    void a_file_is_explained_condition_by_condition_without_telling_of_the_patient() {
        TestFile file = file();
        assertThat(explain(file.path())).isZero();
        assertThat(out.toString())
                .contains(file.path().toString(), "sent by ANY at 127.0.0.1 to GATEWAY")
                .contains("route mr: does not apply", "modality = \"MR\"  (CT)")
                .contains("calling-ae = \"WARD*\"  (ANY)", "remote-host = [10.0.0.0/8]  (127.0.0.1)")
                .contains("PatientID = \"NOBODY\"  (differs)")
                .contains("route rest (fallback): applies, broadcast", "one for route rest")
                .doesNotContain(file.patientId());
    }

    @Test
    void values_are_shown_when_asked_for() {
        TestFile file = file();
        assertThat(explain(file.path(), "--show-values")).isZero();
        assertThat(out.toString()).contains("PatientID = \"NOBODY\"  (" + file.patientId() + ")");
    }

    @Test
    void another_sender_can_be_tried() {
        assertThat(explain(file().path(), "--calling-ae=WARD7", "--remote-host=10.1.1.1"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "route ward: applies, failover",
                        "two, then one for route ward (where its study went before, or else the first")
                .contains("route rest (fallback): does not apply, because another one does");
    }

    @Test
    void a_file_that_a_gateway_wrote_tells_its_sender() throws IOException {
        byte[] bytes = Files.readAllBytes(file().path());
        Part10.File meta = Part10.read(new ByteArrayInputStream(bytes));
        Origin origin = new Origin(AeTitle.of("WARD1"), AeTitle.of("OLDPACS"), "10.2.2.2");
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        copy.writeBytes(Part10.prefix(meta.sopClass(), meta.sopInstance(), meta.transferSyntax(), origin));
        copy.write(bytes, (int) meta.datasetOffset(), bytes.length - (int) meta.datasetOffset());
        Path written = Files.write(folder.resolve("kept.dcm"), copy.toByteArray());
        assertThat(explain(written, "--json")).isZero();
        assertThat(json().get("callingAe").asString()).isEqualTo("WARD1");
        assertThat(json().get("calledAe").asString()).isEqualTo("OLDPACS");
        assertThat(json().get("deliveries").get(0).get("destinations").get(0).asString())
                .isEqualTo("two");
    }

    @Test
    void whether_a_known_sender_is_let_in_is_told_of_each_listener() throws IOException {
        Files.writeString(folder.resolve("gateway.conf"), """
                gateway.listeners {
                  dicom { ae-titles = [ARCHIVE], access = [
                    { name = ct, calling-ae = "CT*", remote-host = 10.1.0.0/16 }
                    { name = mr, calling-ae = "MR*", sop-class = MR Image Storage } ] }
                  second { port = 11113 }
                }
                """);
        assertThat(explain(file().path(), "--calling-ae=CT7", "--remote-host=10.2.0.1"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "listener dicom: would be rejected: 1/1/1, because access ct: CT7 may not call from 10.2.0.1",
                        "listener second: lets it in, access anybody");
        out.getBuffer().setLength(0);
        assertThat(explain(file().path(), "--calling-ae=US1", "--json")).isZero();
        JsonNode answer = json().get("access").get(0);
        assertThat(answer.get("accepted").asBoolean()).isFalse();
        assertThat(answer.get("rejection").asString()).isEqualTo("1/1/3");
        out.getBuffer().setLength(0);
        assertThat(explain(file().path(), "--calling-ae=MR1")).isZero();
        assertThat(out.toString())
                .contains("listener dicom: would be refused, because access mr: does not permit its SOP class");
        out.getBuffer().setLength(0);
        assertThat(explain(file().path(), "--calling-ae=CT7", "--remote-host=10.1.0.1", "--called-ae=PACS"))
                .isZero();
        assertThat(out.toString())
                .contains("listener dicom: would be rejected: 1/1/7, because called AE title PACS is not configured");
    }

    @Test
    void without_a_sender_nothing_is_said_of_access() {
        assertThat(explain(file().path())).isZero();
        assertThat(out.toString())
                .contains("whether a listener lets its sender in: add --calling-ae and --remote-host")
                .doesNotContain("rejected");
    }

    @Test
    void json_says_the_same() {
        assertThat(explain(file().path(), "--json")).isZero();
        JsonNode mr = json().get("routes").get(0);
        assertThat(mr.get("outcome").asString()).isEqualTo("differs");
        assertThat(mr.get("conditions").get(0).get("holds").asBoolean()).isFalse();
        assertThat(mr.get("conditions").get(0).get("actual").asString()).isEqualTo("CT");
        assertThat(json().get("held").asBoolean()).isFalse();
    }

    @Test
    void what_cannot_be_read_is_told_and_the_others_are_explained() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "no image ".repeat(50));
        assertThat(explain(
                        file().path(),
                        text.toString(),
                        folder.resolve("gone.dcm").toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("notes.txt: not a DICOM file", "gone.dcm: cannot be read: no such file or folder");
        assertThat(out.toString()).contains("one for route rest");
    }
}
