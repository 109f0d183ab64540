package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.FakeControls;
import org.dicomgateway.admin.FakeSpoolView;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.cli.common.OperatorToken;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.AdminUser;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TokenHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTokenTest {

    @TempDir
    private Path folder;

    @Test
    void it_comes_from_the_environment_or_from_a_file() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "abc\n");
        assertThat(OperatorToken.fromEnvironment(Map.of())).isEmpty();
        assertThat(OperatorToken.fromEnvironment(Map.of("GATEWAY_TOKEN", " "))).isEmpty();
        assertThat(OperatorToken.fromEnvironment(Map.of("GATEWAY_TOKEN", "xyz")))
                .hasValue("xyz");
        assertThat(OperatorToken.fromEnvironment(Map.of("GATEWAY_TOKEN_FILE", file.toString())))
                .hasValue("abc");
        assertThatThrownBy(() -> OperatorToken.fromEnvironment(Map.of("GATEWAY_TOKEN_FILE", file + "x")))
                .isInstanceOf(RunningGatewayException.class)
                .hasMessageContaining("GATEWAY_TOKEN_FILE cannot be read");
    }

    @Test
    void a_command_presents_it_and_says_what_to_do_without() throws Exception {
        String token = TokenHash.newToken();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        AdminUser script = new AdminUser("s", Role.VIEWER, Optional.empty(), Optional.of(TokenHash.of(token)));
        try (AdminServer server = new AdminServer(
                new AdminSettings(true, anyPort, List.of(script), Optional.empty(), Optional.empty()),
                new FakeControls(),
                new FakeSpoolView(),
                new Telemetry(),
                AuditListener.NOBODY,
                new TlsContexts(InstantSource.system()),
                HttpLimits.DEFAULT)) {
            server.start();
            AdminSettings settings =
                    new AdminSettings(true, server.address(), List.of(), Optional.empty(), Optional.empty());
            assertThat(new RunningGateway(settings, Optional.of(token)).get("/api/status"))
                    .contains("version");
            assertThatThrownBy(() -> new RunningGateway(settings, Optional.empty()).get("/api/status"))
                    .hasMessageContaining("set GATEWAY_TOKEN, or GATEWAY_TOKEN_FILE");
            assertThatThrownBy(() -> new RunningGateway(settings, Optional.of("hunter2")).get("/api/status"))
                    .hasMessageContaining("it knows no such token")
                    .hasMessageNotContaining("hunter2");
        }
    }
}
