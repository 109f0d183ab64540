package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the servers that are installed answer when an asynchronous operations window is offered. */
class AsynchronousOperationsIT {

    private static final PresentationPair CT =
            new PresentationPair(TestFiles.CT, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);

    @TempDir
    private Path directory;

    @Test
    void DCMTK_grants_none_and_takes_one_after_another() throws Exception {
        try (StoreScp server = StoreScp.start(directory, "SERVER")) {
            grantsNone(server.peer());
        }
    }

    @Test
    void Orthanc_grants_none_and_takes_one_after_another() throws Exception {
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1")) {
            grantsNone(server.peer());
        }
    }

    private void grantsNone(Peer peer) throws Exception {
        List<TestFile> study = new TestFiles(directory.resolve("files"), 1).study(1, 3, 10_000);
        try (OpenAssociation association =
                Requestor.of(Limits.requestor().withWindow(16)).open(peer, AeTitle.of("GATEWAY"), List.of(CT))) {
            assertThat(association.accepts(CT)).isTrue();
            assertThat(association.window()).isEqualTo(1);
            for (TestFile file : study) {
                assertThat(association.cStore(
                                CT,
                                file.sopInstance(),
                                new ByteArrayInputStream(Part10.dataset(Files.readAllBytes(file.path())))))
                        .isZero();
            }
        }
    }
}
