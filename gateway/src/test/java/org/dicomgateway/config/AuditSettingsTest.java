package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.settings.AuditSettings;
import org.dicomgateway.config.settings.AuditSettings.SyslogSettings;
import org.dicomgateway.config.settings.AuditSettings.SyslogSettings.Protocol;
import org.dicomgateway.config.settings.DataSize;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditSettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    @Test
    void by_default_it_is_kept_here_without_patients() throws Exception {
        AuditSettings audit = written.gateway("").audit();
        assertThat(audit.enabled()).isTrue();
        assertThat(audit.directory())
                .isEqualTo(folder.toAbsolutePath().resolve("../var/audit").normalize());
        assertThat(audit.patientIds()).isFalse();
        assertThat(audit.syslog()).isEmpty();
    }

    @Test
    void every_key_is_mapped() throws Exception {
        AuditSettings audit = written.gateway("""
                gateway.audit {
                  enabled = false, directory = /srv/audit, source-id = gw-1, site-id = north, patient-ids = true
                  transfer-pause = 1 m, file-size = 1 MiB, total-size = 10 MiB
                  syslog { protocol = udp, host = arr.example.org, port = 514, timeout = 3 s }
                }
                """).audit();
        assertThat(audit)
                .isEqualTo(new AuditSettings(
                        false,
                        Path.of("/srv/audit"),
                        "gw-1",
                        "north",
                        true,
                        Duration.ofMinutes(1),
                        DataSize.ofMebibytes(1),
                        DataSize.ofMebibytes(10),
                        Optional.of(new SyslogSettings(
                                Protocol.UDP, "arr.example.org", 514, Duration.ofSeconds(3), Optional.empty()))));
    }

    @Test
    void there_is_no_TLS_over_UDP() {
        assertThat(written.problemsOfGateway(
                        "gateway.audit.syslog { host = h, protocol = udp, tls { enabled = true, trust = system } }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).isEqualTo("TLS is not possible over UDP"));
    }

    @Test
    void what_cannot_be_is_a_problem() {
        assertThat(written.problemsOfGateway("""
                gateway.audit {
                  file-size = 1 GiB
                  source-id = ""
                  syslog { protocol = smoke, tls { enabled = true, trust = system } }
                }
                """))
                .extracting(Problem::what)
                .containsExactlyInAnyOrder(
                        "file-size 1 GiB is more than half of total-size 1 GiB",
                        "must have 1 to 255 characters",
                        "not a valid protocol: 'smoke'; known are udp, tcp");
    }
}
