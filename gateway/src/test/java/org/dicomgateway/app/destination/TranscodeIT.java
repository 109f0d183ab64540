package org.dicomgateway.app.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Destinations that do not take every transfer syntax, beside one that does. */
class TranscodeIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int SIZE = 40 * 1024;

    @TempDir
    private Path directory;

    private static String transcoding(String what, Peer... peers) {
        String text = GatewayProcess.destinations(peers);
        for (Peer peer : List.of(peers).subList(1, peers.length)) {
            text = text.replace("ae-title = " + peer.aeTitle(), "transcode = " + what + ", ae-title = " + peer.aeTitle());
        }
        return text;
    }

    @Test
    void a_destination_of_implicit_VR_only_gets_that_and_others_what_was_received() {
        TestFiles files = new TestFiles(directory.resolve("files"), 5);
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                StoreScp old = StoreScp.start(directory, "OLD", "+xi");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))
                        .routing(transcoding("uncompressed-vr", archive.peer(), old.peer())
                                + "routes = [ { name = all, to = [archive, old] } ]")
                        .start()) {
            TestFile file = files.single(SIZE);
            Dcmtk.storescu(gateway.peer(), MODALITY, List.of(file.path())).orFail();
            await().atMost(LIMIT).until(() -> gateway.count("delivered") == 2);

            assertThat(Part10.dataset(archive.files().get(0))).isEqualTo(Part10.dataset(file.path()));
            Part10 got = Part10.read(old.files().get(0));
            assertThat(got.transferSyntax()).hasToString("1.2.840.10008.1.2");
            Path expected = directory.resolve("expected.dcm");
            Dcmtk.run("dcmconv", "+ti", "-g", "+e", file.path().toString(), expected.toString())
                    .orFail();
            assertThat(Part10.dataset(old.files().get(0))).isEqualTo(Part10.dataset(expected));
            assertThat(gateway.forwardLog())
                    .anyMatch(line -> line.contains("event=delivered")
                            && line.contains("destination=old")
                            && line.contains("transcoded=1.2.840.10008.1.2"))
                    .noneMatch(line -> line.contains("destination=archive") && line.contains("transcoded"));
        }
    }
}
