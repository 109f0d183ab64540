package org.dicomgateway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.testkit.Elements;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only a server does that a real one does not do when it is asked; the rest is in {@link VerifyIT}. */
class OrthancArchiveTest {

    private static final String NAME = "11111111-22222222-33333333-44444444-55555555";

    private final byte[] dataset = new Elements()
            .text(0x0008, 0x0016, "UI", TestFiles.CT.value())
            .text(0x0008, 0x0018, "UI", "1.2.3")
            .toDataset();
    private final byte[] file = new Elements()
            .text(0x0008, 0x0016, "UI", TestFiles.CT.value())
            .text(0x0008, 0x0018, "UI", "1.2.3")
            .toPart10(TestFiles.CT, Uid.of("1.2.3"), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/instances/" + NAME + "/file", exchange -> {
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void a_file_is_taken_when_it_is_still_the_one_that_was_checked() throws Exception {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        fetch(md5(file), taken::write);
        assertThat(taken.toByteArray()).isEqualTo(dataset);
    }

    @Test
    void a_file_that_changed_since_it_was_checked_is_not_taken() {
        assertThatThrownBy(() -> fetch(md5(new byte[] {1}), (bytes, offset, count) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("changed since it was checked");
    }

    @Test
    void what_a_limited_list_leaves_out_is_not_missing() throws Exception {
        String found = "[{\"ID\":\"" + NAME + "\",\"ParentSeries\":\"" + NAME
                + "\",\"MainDicomTags\":{\"SOPInstanceUID\":\"1.2.3.1\"}}]";
        server.createContext("/tools/find", exchange -> {
            String query = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] answer = (query.contains("\"1.2.3.1\"") ? found : "[]").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        assertThat(presence(VerifierTest.copy(1, "1.9", false))).isEqualTo(CopyState.VERIFIED);
        assertThat(presence(VerifierTest.copy(2, "1.9", false))).isEqualTo(CopyState.MISSING);
    }

    private CopyState presence(Copy copy) throws IOException {
        Optional<String> name = archive().study(copy).name(copy.instance().sopInstance());
        return name.isEmpty()
                ? CopyState.MISSING
                : archive().check(copy, name.get(), Level.PRESENCE).state();
    }

    private void fetch(String md5, Copies.DatasetTarget target) throws IOException {
        archive()
                .fetch(
                        VerifierTest.copy(1, "1.9", false),
                        NAME,
                        Finding.verified("by a test", Optional.of(md5)),
                        target);
    }

    private OrthancArchive archive() {
        RestSettings rest = new RestSettings(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                Optional.empty(),
                Duration.ofMinutes(1));
        return new OrthancArchive(rest, new VerifierTest.FakeCopies());
    }

    private static String md5(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    }
}
