package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a caller drips, the whole of a request must be there in time; over a real port, with and without TLS. */
@Timeout(60)
@Tag("slow")
class SlowClientsTest {

    private static final HttpLimits LIMITS = new HttpLimits(50, Duration.ofSeconds(2), 64 * 1024, 1 << 20, 2);
    private static final int DRIPS = 400;
    private static final int DRIP_MILLIS = 100;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET / HTTP/1.1\r\nX: ",
                "POST /api/retry HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
            })
    void who_drips_is_hung_up_on(String beginning) throws Exception {
        AdminServer server = server(Optional.empty());
        try {
            assertThat(isHungUpOn(server, beginning)).isTrue();
        } finally {
            server.close();
        }
    }

    @Test
    void who_drips_a_TLS_handshake_is_hung_up_on(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder).make("gateway");
        TlsSettings tls = new TlsSettings(
                Optional.of(new IdentityFiles.Pem(
                        certificates.certificate("gateway"), certificates.key("gateway"), Optional.empty())),
                List.of(),
                TlsProfile.BCP_195);
        AdminServer server = server(Optional.of(new ServerTls(tls, ClientAuthentication.NONE)));
        try {
            assertThat(isHungUpOn(server, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"))
                    .isTrue();
        } finally {
            server.close();
        }
    }

    private static AdminServer server(Optional<ServerTls> tls) throws IOException {
        AdminServer server = new AdminServer(
                new AdminSettings(
                        true,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of(),
                        tls,
                        Optional.empty()),
                new FakeControls(),
                new FakeSpoolView(),
                new Telemetry(),
                AuditListener.NOBODY,
                new TlsContexts(InstantSource.system()),
                LIMITS);
        server.start();
        return server;
    }

    /** Whether that happens before it has dripped for forty seconds. */
    private static boolean isHungUpOn(AdminServer server, String beginning) throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.getOutputStream().write(beginning.getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < DRIPS; i++) {
                Thread.sleep(DRIP_MILLIS);
                if (!beginning.isEmpty()) {
                    socket.getOutputStream().write('1');
                } else if (socket.getInputStream().read() < 0) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
