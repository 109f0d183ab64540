package org.dicomgateway.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.Elements;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory does not grow with the size of an instance, nor with the backlog. The heap is a little more than the gateway
 * needs at all, so that what is held of a few thousand deliveries at once would not fit.
 */
class SmallHeapIT {

    private static final String HEAP = "-Xmx40m";
    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final int SENDERS = 4;
    private static final int BACKLOG = Integer.getInteger("backlog.instances", 16_000);
    private static final RequestorSettings PATIENT = new RequestorSettings(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofSeconds(10),
            16 * 1024);

    @TempDir
    private Path directory;

    @Test
    void an_instance_of_many_times_the_heap_goes_through() throws Exception {
        try (OrthancServer orthanc = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway =
                        smallGateway().broadcastTo(orthanc.peer()).start()) {
            Dcmtk.Result generated = gateway.run(
                    Duration.ofMinutes(3),
                    "generate",
                    "--output",
                    directory.resolve("generated").toString(),
                    "--modality",
                    "SC",
                    "--series",
                    "1",
                    "--instances",
                    "1",
                    "--matrix",
                    "1024x1024",
                    "--frames",
                    "128",
                    "--seed",
                    "5");
            assertThat(generated.orFail().exitCode()).isZero();
            Path file = onlyFileIn(directory.resolve("generated"));
            assertThat(Files.size(file)).isGreaterThan(1L << 27);

            Dcmtk.storescu(gateway.peer(), MODALITY, List.of(file)).orFail();
            await().atMost(Duration.ofMinutes(3)).until(() -> orthanc.instances() == 1);
            Path held = directory.resolve("held.dcm");
            try (InputStream stored = orthanc.rest()
                    .open(orthanc.rest().find(Part10.read(file).sopInstance()).get(0))) {
                Files.copy(stored, held);
            }
            assertThat(digest(held)).isEqualTo(digest(file));
        }
    }

    @Test
    void a_backlog_builds_up_outlives_a_restart_and_drains() throws Exception {
        try (StoreScp archive = StoreScp.start(directory, "ARCHIVE");
                GatewayProcess gateway =
                        smallGateway().broadcastTo(archive.peer()).start()) {
            archive.kill();
            sendMany(gateway);
            assertThat(gateway.isAlive()).isTrue();
            assertThat(gateway.count("received")).isEqualTo(BACKLOG);
            gateway.kill();
            gateway.start();
            archive.startAgain();
            await().atMost(Duration.ofMinutes(8))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> !gateway.isAlive() || gateway.count("delivered") >= BACKLOG);
            assertThat(archive.files()).hasSize(BACKLOG);
            assertThat(gateway.count("parked")).isZero();
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        }
    }

    private GatewayProcess smallGateway() {
        return new GatewayProcess(
                directory.resolve("gateway"),
                HEAP,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError");
    }

    /** Small instances from memory: a file for each would only test the disk. */
    private static void sendMany(GatewayProcess gateway) {
        List<CompletableFuture<Void>> senders = IntStream.range(0, SENDERS)
                .mapToObj(sender -> CompletableFuture.runAsync(() -> send(gateway, sender)))
                .toList();
        senders.forEach(CompletableFuture::join);
    }

    private static void send(GatewayProcess gateway, int sender) {
        PresentationPair pair = new PresentationPair(TestFiles.CT, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        try (OpenAssociation association = Requestor.of(PATIENT).open(gateway.peer(), MODALITY, List.of(pair))) {
            for (int i = sender; i < BACKLOG; i += SENDERS) {
                Uid sopInstance = Uid.of(longUid(77, i));
                byte[] dataset = dataset(sopInstance, i);
                assertThat(association.cStore(pair, sopInstance, new ByteArrayInputStream(dataset)))
                        .isEqualTo(DimseStatus.SUCCESS);
            }
        } catch (AssociationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is known of an instance is as long as it can be. */
    private static byte[] dataset(Uid sopInstance, int number) {
        return new Elements()
                .text(0x0008, 0x0016, "UI", TestFiles.CT.value())
                .text(0x0008, 0x0018, "UI", sopInstance.value())
                .text(0x0008, 0x0050, "SH", "A%015d".formatted(number / 1000))
                .text(0x0008, 0x0060, "CS", "CT")
                .text(0x0010, 0x0020, "LO", "P%063d".formatted(number / 1000))
                .text(0x0020, 0x000d, "UI", longUid(78, number / 1000))
                .text(0x0020, 0x000e, "UI", longUid(79, number / 1000))
                .bytes(0x0029, 0x0010, "LO", "GATEWAY TEST".getBytes(StandardCharsets.US_ASCII))
                .bytes(0x0029, 0x1001, "OB", new byte[512])
                .toDataset();
    }

    private static String longUid(int root, int number) {
        return "2.25." + root + ".1%055d".formatted(number);
    }

    private static Path onlyFileIn(Path folder) throws IOException {
        try (var found = Files.walk(folder)) {
            List<Path> files = found.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".dcm"))
                    .toList();
            assertThat(files).hasSize(1);
            return files.get(0);
        }
    }

    /** Of the dataset alone: the file meta information is each program's own. */
    private static String digest(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (var in = Files.newInputStream(file)) {
            in.skipNBytes(Part10.read(file).datasetOffset());
            byte[] buffer = new byte[1 << 20];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
