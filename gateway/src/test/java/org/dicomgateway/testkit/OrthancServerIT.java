package org.dicomgateway.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ground the other integration tests stand on, and the configuration that ships. */
class OrthancServerIT {

    private static final AeTitle STRANGER = AeTitle.of("STRANGER");

    @TempDir
    Path directory;

    @Test
    void takes_instances_of_any_storage_class_from_the_gateway_and_from_nobody_else() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 1);
        TestFile known = files.single(8 * 1024);
        TestFile unknown = files.study(1, 1, TestFiles.PRIVATE_CLASS, 8 * 1024).get(0);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1")) {
            List<Path> both = List.of(known.path(), unknown.path());

            assertThat(Dcmtk.echoscu(server.peer(), STRANGER).succeeded()).isFalse();
            assertThat(Dcmtk.storescu(server.peer(), STRANGER, both).succeeded())
                    .isFalse();
            assertThat(server.instances()).isZero();

            Dcmtk.storescu(server.peer(), OrthancServer.GATEWAY, both).orFail();
            assertThat(server.instances()).isEqualTo(2);
        }
    }

    @Test
    void ends_with_the_content_that_was_delivered_last() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 2);
        TestFile first = files.single(8 * 1024);
        TestFile second = files.variant(first, 16 * 1024);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1")) {
            for (TestFile file : List.of(first, second)) {
                Dcmtk.storescu(server.peer(), OrthancServer.GATEWAY, List.of(file.path()))
                        .orFail();
            }
            byte[] held = server.file(server.rest().find(first.sopInstance()).get(0));
            assertThat(server.instances()).isEqualTo(1);
            assertThat(Part10.dataset(held)).isEqualTo(Part10.dataset(second.path()));
        }
    }

    @Test
    void keeps_what_it_holds_over_stop_kill_and_freeze() {
        TestFile file = new TestFiles(directory.resolve("files"), 3).single(8 * 1024);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1", Map.of("Name", "other"))) {
            Dcmtk.storescu(server.peer(), OrthancServer.GATEWAY, List.of(file.path()))
                    .orFail();
            server.stop();
            server.startAgain();
            assertThat(server.instances()).isEqualTo(1);
            server.kill();
            server.startAgain();
            assertThat(server.instances()).isEqualTo(1);
            server.freeze();
            server.thaw();
            assertThat(server.instances()).isEqualTo(1);
        }
    }

    @Test
    void a_storescp_writes_what_it_was_sent() {
        List<TestFile> sent = new TestFiles(directory.resolve("files"), 4).study(1, 3, 512 * 1024);
        try (StoreScp receiver = StoreScp.start(directory, "RECEIVER")) {
            Dcmtk.storescu(
                            receiver.peer(),
                            OrthancServer.GATEWAY,
                            sent.stream().map(TestFile::path).toList())
                    .orFail();
            assertThat(receiver.files())
                    .extracting(Part10::dataset)
                    .containsExactlyInAnyOrderElementsOf(sent.stream()
                            .map(file -> Part10.dataset(file.path()))
                            .toList());
        }
    }
}
