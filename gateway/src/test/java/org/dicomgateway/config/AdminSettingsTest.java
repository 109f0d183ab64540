package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.AdminUser;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TokenHash;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminSettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    @Test
    void by_default_it_listens_on_this_machine_alone() throws Exception {
        AdminSettings admin = written.gateway("").admin();
        assertThat(admin.enabled()).isTrue();
        assertThat(admin.address().getAddress().isLoopbackAddress()).isTrue();
        assertThat(admin.address().getPort()).isEqualTo(8080);
        assertThat(admin.users()).isEmpty();
    }

    @Test
    void every_key_is_mapped() throws Exception {
        AdminSettings admin = written.gateway("gateway.admin { enabled = false, bind = \"::1\", port = 9000 }")
                .admin();
        assertThat(admin.enabled()).isFalse();
        assertThat(admin.address().getAddress().getHostAddress()).isEqualTo("0:0:0:0:0:0:0:1");
        assertThat(admin.address().getPort()).isEqualTo(9000);
    }

    @Test
    void probes_have_a_port_of_their_own_when_it_is_set() throws Exception {
        assertThat(written.gateway("").admin().health()).isEmpty();
        AdminSettings admin = written.gateway(
                        "gateway.admin { enabled = false, health { bind = 0.0.0.0, port = 9001 } }")
                .admin();
        assertThat(admin.health()).hasValue(new InetSocketAddress("0.0.0.0", 9001));
        assertThat(written.problemsOfGateway("gateway.admin.health.port = 8080"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("gateway.conf:1 gateway.admin.health.port");
                    assertThat(problem.what()).isEqualTo("gateway.admin.port is 8080 as well");
                });
    }

    @Test
    void an_address_that_others_can_reach_needs_users_and_encryption() {
        assertThat(written.problemsOfGateway("gateway.admin.bind = 0.0.0.0"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("gateway.conf:1 gateway.admin.bind");
                    assertThat(problem.what()).contains("0.0.0.0 can be reached from other machines", "no users");
                    assertThat(problem.remedy()).contains("bind = 127.0.0.1");
                });
        String hash = TokenHash.of("x").text();
        assertThat(written.problemsOfGateway(
                        "gateway.admin { bind = 0.0.0.0, users.a { role = viewer, token-hash = \"" + hash + "\" } }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("passwords would be sent unencrypted"));
    }

    @Test
    void users_have_a_role_and_a_password_or_a_token() throws Exception {
        PasswordHash password = PasswordHash.make(new Secret("hunter2"));
        TokenHash token = TokenHash.of("hunter3");
        AdminSettings admin =
                written.gateway("""
                gateway.admin.users {
                  anna { role = operator, password-hash = "%s" }
                  monitoring { role = viewer, token-hash = "%s" }
                }
                """.formatted(password.written(), token.text())).admin();
        assertThat(admin.users())
                .containsExactly(
                        new AdminUser("anna", Role.OPERATOR, Optional.of(password), Optional.empty()),
                        new AdminUser("monitoring", Role.VIEWER, Optional.empty(), Optional.of(token)));
    }

    @Test
    void a_user_who_could_never_come_in_and_an_unknown_role_are_problems() {
        assertThat(written.problemsOfGateway("""
                gateway.admin.users {
                  anna { role = operator }
                  "b b" { role = admin, password-hash = hunter2, token-hash = hunter2 }
                }
                """))
                .allSatisfy(problem -> assertThat(problem.toString()).doesNotContain("hunter2"))
                .extracting(Problem::what)
                .containsExactlyInAnyOrder(
                        "has neither password-hash nor token-hash",
                        "a name is 1 to 64 letters, digits, '-' and '_': 'b b'",
                        "not a valid role: 'admin'; known are viewer, operator",
                        "not a password hash; the command hash-password makes one",
                        "not a token hash; make one with the command hash-password --token, and quote it");
    }

    @Test
    void what_is_kept_of_passwords_and_tokens_is_masked() throws Exception {
        written.file("routing.conf", "destinations {}, routes = []");
        String hash = PasswordHash.make(new Secret("hunter2")).written();
        Path file = written.file(
                "gateway.conf", "gateway.admin.users.anna { role = operator, password-hash = \"" + hash + "\" }");
        assertThat(EffectiveConfiguration.render(file))
                .doesNotContain(hash)
                .contains("password-hash = \"******\"  # gateway.conf:1");
    }

    @Test
    void the_values_in_force_are_known_by_their_keys() throws Exception {
        Path file = written.file("gateway.conf", "gateway { admin.port = 9000, listeners.a.port = 104 }");
        assertThat(EffectiveConfiguration.valuesOfGateway(file))
                .containsEntry("gateway.admin.port", "9000")
                .containsEntry("gateway.admin.enabled", "true")
                .containsEntry("gateway.listeners.a.port", "104");
    }
}
