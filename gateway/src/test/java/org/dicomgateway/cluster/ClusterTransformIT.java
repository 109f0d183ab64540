package org.dicomgateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.PostgresServer;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.scp.StatusScp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Gateways that de-identify, as processes over a real PostgreSQL, of which one is lost after it began to send. */
class ClusterTransformIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String KEY = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    private static final String OTHER_KEY = "ffeeddccbbaa99887766554433221100123456789abcdef00123456789abcdef";

    private static final String RULES = """
            transforms { trial { profile = basic, key-file = "trial.key", patient-id { prefix = "T-" } } }
            %s
            routes = [ { name = all, to = [research] } ]
            """;

    @TempDir
    private static Path directory;

    private static PostgresServer primary;
    private static PostgresServer standby;

    private Path folder;

    @BeforeAll
    static void startDatabase() {
        primary = PostgresServer.start(directory);
        standby = primary.startStandby(directory);
    }

    @AfterAll
    static void stopDatabase() {
        standby.close();
        primary.close();
    }

    @BeforeEach
    void start(TestInfo info) throws IOException {
        folder = Files.createDirectories(
                directory.resolve(info.getTestMethod().orElseThrow().getName()));
        primary.forget();
    }

    private GatewayProcess gateway(String node, String key, StatusScp research, String more) throws IOException {
        GatewayProcess gateway =
                new GatewayProcess(folder.resolve(node)).configure("""
                gateway.cluster {
                  node = %s
                  lease = 3 s
                  postgresql.url = "postgresql://127.0.0.1:%d/gateway"
                }
                """.formatted(node, primary.port()));
        Path file = Files.writeString(gateway.configuration().resolveSibling("trial.key"), key);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return gateway.routing(RULES.formatted(GatewayProcess.destinations(research.peer())
                .replace("ae-title = ", more + "transform = trial, ae-title = ")));
    }

    /** The gateway has sent it, and has no success for it, when it is lost with its disk. */
    private static void loseAfterSending(GatewayProcess dying, StatusScp research, Path files) throws IOException {
        Dcmtk.storescu(
                        dying.peer(),
                        AeTitle.of("CT1"),
                        List.of(new TestFiles(files, 5).single(4_000).path()))
                .orFail();
        await().atMost(LIMIT).until(() -> research.asked() > 0);
        dying.kill();
        ClusterIT.delete(dying.home().resolve("var"));
        research.answer(DimseStatus.SUCCESS);
    }

    @Test
    void what_a_gateway_began_to_send_de_identified_is_sent_again_the_same_by_another() throws IOException {
        try (StatusScp research = StatusScp.start("RESEARCH", DimseStatus.OUT_OF_RESOURCES);
                GatewayProcess dying = gateway("gw1", KEY, research, "");
                GatewayProcess survivor = gateway("gw2", KEY, research, "")) {
            dying.start();
            survivor.start();
            loseAfterSending(dying, research, folder.resolve("files"));

            await().atMost(LIMIT).until(() -> research.stored().size() == 1);
            assertThat(Set.copyOf(research.received())).hasSize(1);
            assertThat(research.stored().toString()).contains("2.25.");
            await().atMost(LIMIT).until(() -> primary.number("SELECT count(*) FROM sent_as") == 0);
        }
    }

    @Test
    void a_gateway_with_another_key_is_seen_and_parks_what_the_first_began_to_send() throws IOException {
        try (StatusScp research = StatusScp.start("RESEARCH", DimseStatus.OUT_OF_RESOURCES);
                GatewayProcess dying = gateway("gw3", KEY, research, "");
                GatewayProcess survivor = gateway("gw4", OTHER_KEY, research, "")) {
            dying.start();
            survivor.start();
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(survivor.ask("status").output())
                            .contains("cluster: the gateways have DIFFERENT tables or keys of transforms"));
            loseAfterSending(dying, research, folder.resolve("files"));

            await().atMost(LIMIT)
                    .until(() ->
                            survivor.count("parked") == 1 || !research.stored().isEmpty());
            assertThat(research.stored()).isEmpty();
            assertThat(survivor.ask("parked").output())
                    .contains("an earlier attempt may have sent it as 2.25.")
                    .contains("the transforms, their tables or the ke");
            assertThat(Set.copyOf(research.received())).hasSize(1);

            // The operator decides.
            assertThat(survivor.ask("retry", "--all").output()).contains("1 delivery is tried again");
            await().atMost(LIMIT).until(() -> research.stored().size() == 1);
            assertThat(Set.copyOf(research.received())).hasSize(2);
        }
    }

    @Test
    void nothing_is_sent_transformed_while_the_note_of_it_cannot_be_kept() throws IOException {
        try (StatusScp research = StatusScp.start("RESEARCH", DimseStatus.SUCCESS);
                GatewayProcess gateway = gateway("gw5", KEY, research, "")) {
            gateway.start();
            gateway.ask("pause", "research", "--gateway", "gw5").orFail();
            Dcmtk.storescu(
                            gateway.peer(),
                            AeTitle.of("CT1"),
                            List.of(new TestFiles(folder.resolve("files"), 5)
                                    .single(4_000)
                                    .path()))
                    .orFail();
            primary.execute("ALTER TABLE sent_as RENAME TO away");
            gateway.ask("resume", "research", "--gateway", "gw5").orFail();
            await().during(Duration.ofSeconds(4)).atMost(LIMIT).until(() -> research.asked() == 0);

            primary.execute("ALTER TABLE away RENAME TO sent_as");
            await().atMost(LIMIT).until(() -> research.stored().size() == 1);
        }
    }

    @Test
    void what_a_gateway_began_to_send_in_another_transfer_syntax_is_not_sent_in_a_third_by_another()
            throws IOException {
        List<TransferSyntax> taken = List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, TranscodeSettings.RLE);
        try (StatusScp research = StatusScp.taking("RESEARCH", DimseStatus.OUT_OF_RESOURCES, taken);
                GatewayProcess dying = gateway("gw6", KEY, research, "transcode = [ImplicitVRLittleEndian], ");
                GatewayProcess survivor = gateway("gw7", KEY, research, "transcode = [RLELossless], ")) {
            dying.start();
            survivor.start();
            loseAfterSending(dying, research, folder.resolve("files"));

            await().atMost(LIMIT)
                    .until(() ->
                            survivor.count("parked") == 1 || !research.stored().isEmpty());
            assertThat(research.stored()).isEmpty();
            assertThat(survivor.ask("parked").output()).contains("the destination's transcode is another");
        }
    }
}
