package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two ends of an association against DCMTK's, and our files under DCMTK's eyes. */
class DcmtkIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");

    @TempDir
    private Path directory;

    private final List<CStoreRequest> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, byte[]> received = Collections.synchronizedMap(new TreeMap<>());
    private final List<Path> files = new ArrayList<>();

    /** One file of each encoding that DCMTK can make. */
    @BeforeEach
    void make_files() {
        TestFiles make = new TestFiles(directory.resolve("files"), 31);
        for (String option : List.of("+te", "+ti", "+tb", "+td")) {
            files.add(convert("dcmconv", option, make.single(300_000).path()));
        }
        for (String option : List.of("+e1", "+eb")) {
            files.add(convert("dcmcjpeg", option, eightBits(make)));
        }
        files.add(convert("dcmcjpls", "+el", make.single(100_000).path()));
        files.add(convert("dcmcrle", "+e", make.single(100_000).path()));
    }

    @Test
    void storescu_sends_every_encoding_byte_for_byte() throws IOException {
        try (Acceptor acceptor = Acceptors.of(Limits.acceptor(), request -> Admission.UNLIMITED, this::keep)) {
            acceptor.start();

            Dcmtk.storescu(peer(acceptor), MODALITY, files).orFail();
        }

        assertThat(requests).hasSameSizeAs(files);
        for (Path file : files) {
            Part10.File meta = meta(file);
            assertThat(received.get(meta.sopInstance().value())).isEqualTo(dataset(file, meta));
        }
        assertThat(requests).allMatch(request -> request.origin().calling().equals(MODALITY));
        assertThat(requests).extracting(CStoreRequest::transferSyntax).doesNotHaveDuplicates();
    }

    @Test
    void storescp_receives_every_encoding_byte_for_byte() throws Exception {
        try (StoreScp scp = StoreScp.start(directory, "STORESCP")) {
            List<PresentationPair> pairs = new ArrayList<>(List.of(PresentationPair.VERIFICATION));
            for (Path file : files) {
                pairs.add(new PresentationPair(meta(file).sopClass(), meta(file).transferSyntax()));
            }
            try (OpenAssociation association = Requestor.of(Limits.requestor()).open(scp.peer(), MODALITY, pairs)) {
                assertThat(pairs).allMatch(association::accepts);
                assertThat(association.cEcho()).isZero();
                for (Path file : files) {
                    Part10.File meta = meta(file);
                    byte[] all = Files.readAllBytes(file);
                    int offset = (int) meta.datasetOffset();
                    int status = association.cStore(
                            new PresentationPair(meta.sopClass(), meta.transferSyntax()),
                            meta.sopInstance(),
                            new ByteArrayInputStream(all, offset, all.length - offset));
                    assertThat(status).isZero();
                    received.put(meta.sopInstance().value(), dataset(file, meta));
                }
            }

            assertThat(scp.files()).hasSameSizeAs(files);
            for (Path file : scp.files()) {
                Part10.File meta = meta(file);
                assertThat(dataset(file, meta))
                        .isEqualTo(received.get(meta.sopInstance().value()));
            }
        }
    }

    @Test
    void echoscu_is_answered_or_told_why_not() throws IOException {
        List<AssociationAnswer> answers = new ArrayList<>(List.of(Admission.UNLIMITED));
        AssociationPolicy policy = request -> answers.get(0);
        try (Acceptor acceptor = Acceptors.of(Limits.acceptor(), policy, this::keep)) {
            acceptor.start();

            Dcmtk.echoscu(peer(acceptor), MODALITY).orFail();
            answers.set(0, Rejection.temporaryCongestion("for the test"));
            Dcmtk.Result refused = Dcmtk.echoscu(peer(acceptor), MODALITY);

            assertThat(refused.succeeded()).isFalse();
            assertThat(refused.output()).contains("Rejected Transient").contains("Temporary Congestion");
        }
    }

    @Test
    void dcmdump_reads_our_files_without_a_complaint() throws IOException {
        Origin origin = new Origin(MODALITY, AeTitle.of("GATEWAY"), "192.168.1.17");
        for (Path file : files) {
            Part10.File meta = meta(file);
            byte[] prefix = Part10.prefix(meta.sopClass(), meta.sopInstance(), meta.transferSyntax(), origin);
            Path ours = directory.resolve("ours.dcm");
            Files.write(ours, prefix);
            Files.write(ours, dataset(file, meta), java.nio.file.StandardOpenOption.APPEND);

            Dcmtk.Result dump = Dcmtk.run("dcmdump", ours.toString()).orFail();

            assertThat(dump.output().lines()).noneMatch(line -> line.startsWith("W:") || line.startsWith("E:"));
            assertThat(dump.output())
                    .contains("dicom://192.168.1.17")
                    .contains("DICOMGW_01")
                    .contains("PatientID");
            assertThat(meta(ours).origin()).contains(origin);
        }
    }

    @Test
    void the_header_of_every_encoding_is_read() throws IOException {
        for (Path file : files) {
            Part10.File meta = meta(file);

            InstanceHeader header =
                    HeaderReader.read(new ByteArrayInputStream(dataset(file, meta)), meta.transferSyntax());

            assertThat(header.sopInstance()).isEqualTo(meta.sopInstance());
            assertThat(header.values(0x00280002)).containsExactly("1");
            assertThat(header.values(0x00081030).get(0)).startsWith("Test study");
        }
    }

    private CStoreResponse keep(CStoreRequest request) throws IOException {
        received.put(request.sopInstance().value(), request.dataset().readAllBytes());
        requests.add(request);
        return CStoreResponse.SUCCESS;
    }

    private static Peer peer(Acceptor acceptor) {
        return new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", acceptor.address().getPort());
    }

    private Path convert(String tool, String option, Path file) {
        Path converted = file.resolveSibling(file.getFileName() + option + ".dcm");
        Dcmtk.run(tool, option, file.toString(), converted.toString()).orFail();
        return converted;
    }

    /** JPEG Baseline takes no more bits. */
    private Path eightBits(TestFiles make) {
        Path file = make.single(100_000).path();
        Path eight = file.resolveSibling(file.getFileName() + ".8.dcm");
        Dcmtk.run("dcmconv", file.toString(), eight.toString()).orFail();
        Dcmtk.run("dcmodify", "-nb", "-m", "BitsAllocated=8", "-m", "BitsStored=8", "-m", "HighBit=7", eight.toString())
                .orFail();
        Dcmtk.run("dcmodify", "-nb", "-m", "Columns=2", "-m", "Rows=2", eight.toString())
                .orFail();
        return eight;
    }

    private static Part10.File meta(Path file) throws IOException {
        return Part10.read(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    /** With the NUL that a deflated dataset of odd length has on the wire, and often not in a file. */
    private static byte[] dataset(Path file, Part10.File meta) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int length = all.length - (int) meta.datasetOffset();
        return Arrays.copyOfRange(all, (int) meta.datasetOffset(), all.length + (length & 1));
    }
}
