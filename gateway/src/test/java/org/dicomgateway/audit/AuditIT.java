package org.dicomgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.TokenHash;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.observe.Rsyslog;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped gateway with everything that tells or keeps secrets: an audit trail to a real syslog server over TLS,
 * users of the operators' interface over TLS; run with a umask that would let everybody read everything.
 */
class AuditIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void auditors_get_everything_in_order_nobody_else_reads_it_and_no_secret_is_told() throws Exception {
        Certificates certificates = new Certificates(folder.resolve("certs")).make("gateway", "arr");
        TestFiles files = new TestFiles(folder, 7);
        String token = TokenHash.newToken();
        List<TestFile> study = files.study(1, 5, TestFiles.CT, 2000);
        StringBuilder told = new StringBuilder();
        try (StoreScp archive = StoreScp.start(folder.resolve("archive"), "ARCHIVE");
                Rsyslog syslog = new Rsyslog(folder.resolve("rsyslog"), certificates, "arr");
                GatewayProcess gateway = new GatewayProcess(folder.resolve("home"))) {
            gateway.broadcastTo(archive.peer()).configure(configuration(certificates, syslog, token));
            told.append(gateway.run(
                            SOON, "check", "--config", gateway.configuration().toString())
                    .output());
            try (Child process = startForEverybody(gateway)) {
                await().atMost(SOON).until(() -> listens(gateway.peer()));
                Dcmtk.storescu(
                                gateway.peer(),
                                AeTitle.of("CT1"),
                                study.stream().map(TestFile::path).toList())
                        .orFail();
                Peer wrong = new Peer(
                        AeTitle.of("NOBODY"), "127.0.0.1", gateway.peer().port());
                assertThat(Dcmtk.echoscu(wrong, AeTitle.of("ROGUE")).succeeded())
                        .isFalse();
                told.append(pause(gateway, token).orFail().output());
                told.append(pause(gateway, "hunter2-" + token).output());
                told.append(pause(gateway, "").output());
                await().atMost(SOON).until(() -> trail(gateway).stream().anyMatch(line -> isTransfer(line, "ARCHIVE")));

                syslog.start();
                await().atMost(SOON).until(() -> !syslog.received().isEmpty());
                assertThat(process.terminate(SOON)).isZero();
                await().atMost(SOON)
                        .until(() -> messages(syslog).size() >= trail(gateway).size());
                told.append(process.output());
            }
            assertThat(messages(syslog)).isEqualTo(trail(gateway)).allSatisfy(AuditSchema::validate);
            assertThat(syslog.received())
                    .allMatch(line -> line.matches("8[45]\\|dicom-gateway\\|DICOM\\+RFC3881\\|.*"));
            assertThat(String.join("\n", trail(gateway)))
                    .contains("csd-code=\"110120\"", "csd-code=\"110121\"")
                    .contains("csd-code=\"110126\"", "AETITLES=ROGUE")
                    .contains("csd-code=\"110132\"", "/api/destinations/archive/pause")
                    .contains("csd-code=\"110114\"", "wrong credentials")
                    .contains("NumberOfInstances=\"5\"")
                    .doesNotContain(study.get(0).patientId());
            assertThat(trail(gateway)).anyMatch(line -> isTransfer(line, "CT1"));

            try (Stream<Path> logs = Files.list(gateway.home().resolve("var/logs"))) {
                logs.forEach(log -> told.append(read(log)));
            }
            told.append(String.join("\n", trail(gateway)));
            assertThat(told)
                    .contains(
                            "it knows no such token",
                            "ready: listening",
                            "operator anna: destination archive is paused")
                    .doesNotContain(token, TokenHash.of(token).digest(), "key-secret-hunter3");
            everythingIsForItsOwnerAlone(gateway.home().resolve("var"));
        }
    }

    private static String configuration(Certificates certificates, Rsyslog syslog, String token) {
        return """
                gateway.admin {
                  users.anna { role = operator, token-hash = "%s" }
                  tls { enabled = true, certificate = "%s", key = "%s" }
                }
                gateway.audit {
                  transfer-pause = 1 s
                  syslog {
                    host = 127.0.0.1, port = %d
                    tls { enabled = true, trust = "%s", certificate = "%2$s", key = "%3$s", password = key-secret-hunter3 }
                  }
                }
                """.formatted(
                        TokenHash.of(token).text(),
                        certificates.certificate("gateway"),
                        certificates.key("gateway"),
                        syslog.port(),
                        certificates.authority());
    }

    /** With a umask that takes nothing away. */
    private static Child startForEverybody(GatewayProcess gateway) {
        return Child.start(
                gateway.home().resolve("output.txt"),
                Map.of(),
                List.of(
                        "sh",
                        "-c",
                        "umask 000; exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dgateway.home=" + gateway.home(),
                        "-Dlogback.configurationFile=" + gateway.home().resolve("conf/logback.xml"),
                        "-jar",
                        System.getProperty("gateway.jar"),
                        "run",
                        "--config",
                        gateway.configuration().toString()));
    }

    private static Dcmtk.Result pause(GatewayProcess gateway, String token) {
        return Dcmtk.run(
                SOON,
                "env",
                "GATEWAY_TOKEN=" + token,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("gateway.jar"),
                "pause",
                "--config",
                gateway.configuration().toString(),
                "archive");
    }

    private static boolean listens(Peer peer) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), peer.port())) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static List<String> trail(GatewayProcess gateway) throws IOException {
        return Files.readAllLines(gateway.home().resolve("var/audit/audit-1.xml"));
    }

    private static boolean isTransfer(String line, String node) {
        return line.contains("csd-code=\"110104\"") && line.contains("AETITLES=" + node);
    }

    /** Without those that came twice, which may be. */
    private static List<String> messages(Rsyslog syslog) {
        return List.copyOf(new LinkedHashSet<>(syslog.received().stream()
                .map(line -> line.substring(line.indexOf("<AuditMessage")))
                .toList()));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void everythingIsForItsOwnerAlone(Path var) throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> all = Files.walk(var)) {
            for (Path path : all.filter(path -> !path.equals(var)).toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                // Their folders are checked; the driver for SQLite unpacks its library by the umask alone.
                boolean behindClosedDoors = Files.isRegularFile(path)
                        && (path.startsWith(var.resolve("logs")) || path.startsWith(var.resolve("spool/sqlite")));
                if (!mode.endsWith("------") && !behindClosedDoors) {
                    open.add(mode + " " + path);
                }
            }
        }
        assertThat(open).isEmpty();
    }
}
