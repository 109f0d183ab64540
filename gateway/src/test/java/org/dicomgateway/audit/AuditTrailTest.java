package org.dicomgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.AuditSettings;
import org.dicomgateway.config.settings.AuditSettings.SyslogSettings;
import org.dicomgateway.config.settings.AuditSettings.SyslogSettings.Protocol;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.testkit.FreePorts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trail as a whole, and a syslog server that comes and goes. */
@Tag("slow")
class AuditTrailTest {

    @TempDir
    private Path folder;

    private final int port = FreePorts.next();
    private final List<String> received = SyslogServer.inbox();

    @Test
    void start_actions_and_stop_are_in_the_file_and_valid() throws Exception {
        AuditTrail trail = trail(Optional.empty());
        trail.start();
        trail.rejected("ROGUE", "192.0.2.9", "no");
        trail.loginFailed("anna", "192.0.2.9", "wrong credentials");
        trail.operatorAction("anna", "127.0.0.1", "/api/reload", "", true);
        trail.close();
        List<String> lines = lines();
        assertThat(lines).hasSize(5).allSatisfy(AuditSchema::validate);
        assertThat(lines.get(0)).contains("csd-code=\"110120\"");
        assertThat(lines.get(4)).contains("csd-code=\"110121\"");
    }

    @Test
    void a_node_that_may_not_request_storage_commitment_is_an_alert() throws Exception {
        AuditTrail trail = trail(Optional.empty());
        trail.start();
        CommitmentScp scp = trail.audited(new CommitmentScp() {
            @Override
            public String refusal(Origin origin) {
                return origin.calling().value().equals("CT1") ? "" : origin.calling() + " is not listed";
            }

            @Override
            public Answer request(CommitmentRequest request, Origin origin, ReportChannel channel) {
                return Answer.TAKEN;
            }
        });
        assertThat(scp.refusal(new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7")))
                .isEmpty();
        assertThat(scp.refusal(new Origin(AeTitle.of("ROGUE"), AeTitle.of("GATEWAY"), "192.0.2.9")))
                .isNotEmpty();
        trail.close();
        assertThat(lines()).hasSize(3).allSatisfy(AuditSchema::validate);
        assertThat(lines().get(1)).contains("csd-code=\"110126\"", "AETITLES=ROGUE", "storage commitment: ROGUE");
    }

    @Test
    void what_happens_while_the_server_is_away_reaches_it_in_order_also_over_a_restart() throws Exception {
        SyslogServer server = SyslogServer.plain(port, received);
        AuditTrail trail = trail(Optional.of(tcp()));
        trail.start();
        await().until(() -> received.size() == 1);
        server.close();
        actions(trail, 0, 50);
        await().until(() -> lines().size() == 51);
        trail.close();

        trail = trail(Optional.of(tcp()));
        trail.start();
        actions(trail, 50, 60);
        server = SyslogServer.plain(port, received);
        await().atMost(Duration.ofSeconds(20)).until(() -> distinct().size() >= 51 + 1 + 1 + 10);
        trail.close();
        server.close();
        assertThat(distinct()).isEqualTo(lines());
        assertThat(received.get(0))
                .matches(
                        "<85>1 \\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z \\S+ dicom-gateway \\d+ DICOM\\+RFC3881 - \uFEFF<AuditM.*");
    }

    @Test
    void a_server_that_takes_nothing_holds_up_nobody() throws Exception {
        try (java.net.ServerSocket deaf = new java.net.ServerSocket(port)) {
            AuditTrail trail = trail(Optional.of(tcp()));
            trail.start();
            actions(trail, 0, 5);
            await().until(() -> lines().size() == 6);
            trail.close();
            assertThat(lines()).hasSize(7);
            assertThat(deaf.isClosed()).isFalse();
        }
    }

    private static void actions(AuditTrail trail, int from, int to) {
        for (int i = from; i < to; i++) {
            trail.operatorAction("anna", "127.0.0.1", "/api/action/" + i, "", true);
        }
    }

    /** The messages received, without those that came twice. */
    private List<String> distinct() {
        return List.copyOf(new LinkedHashSet<>(received.stream()
                .map(message -> message.substring(message.indexOf("<AuditMessage")))
                .toList()));
    }

    private SyslogSettings tcp() {
        return new SyslogSettings(Protocol.TCP, "127.0.0.1", port, Duration.ofSeconds(5), Optional.empty());
    }

    private AuditTrail trail(Optional<SyslogSettings> syslog) throws IOException {
        return AuditTrail.open(
                new AuditSettings(
                        true,
                        folder,
                        "gw",
                        "",
                        false,
                        Duration.ofSeconds(30),
                        DataSize.ofMebibytes(1),
                        DataSize.ofMebibytes(10),
                        syslog),
                new TlsContexts(InstantSource.system()),
                InstantSource.system());
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(folder.resolve("audit-1.xml"));
    }
}
