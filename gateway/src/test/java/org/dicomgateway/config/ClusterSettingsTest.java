package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterSettingsTest {

    private static final String URL = "postgresql.url = \"postgresql://db1,db2:5433/gateway?sslmode=verify-full\"";

    @TempDir
    private Path folder;

    private Optional<ClusterSettings> read(String cluster) throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.conf"), "gateway.cluster {\n" + cluster + "\n}\n");
        Files.writeString(folder.resolve("routing.conf"), "destinations {}\nroutes = []\n");
        return Configuration.loadAll(file).gateway().cluster();
    }

    private void isRefused(String cluster, String why) {
        assertThatThrownBy(() -> read(cluster))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(why);
    }

    @Test
    void without_a_node_a_gateway_is_on_its_own() throws Exception {
        assertThat(read("")).isEmpty();
        assertThat(read("lease = 5 s")).isEmpty();
    }

    @Test
    void a_node_and_an_address_are_enough() throws Exception {
        ClusterSettings settings = read("node = gw1\n" + URL).orElseThrow();

        assertThat(settings.node()).isEqualTo("gw1");
        assertThat(settings.database().url()).isEqualTo("postgresql://db1,db2:5433/gateway?sslmode=verify-full");
        assertThat(settings.database().user()).isEqualTo("gateway");
        assertThat(settings.database().password()).isEmpty();
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.patience()).isEqualTo(Duration.ofSeconds(20));
        assertThat(settings.allowSingle()).isFalse();
    }

    @Test
    void a_password_comes_from_a_file_and_is_never_shown() throws Exception {
        Files.writeString(folder.resolve("secret"), "geheim\n");
        ClusterSettings settings = read("node = gw1\n" + URL + "\npostgresql.password-file = secret")
                .orElseThrow();

        assertThat(settings.database().password()).contains("geheim");
        assertThat(settings.toString()).doesNotContain("geheim");
    }

    @Test
    void what_cannot_be_is_refused() {
        isRefused("node = gw1", "a cluster needs a database");
        isRefused("node = \"gw 1\"\n" + URL, "gw 1");
        isRefused("node = gw1\npostgresql.url = \"jdbc:postgresql://db1/gateway\"", "not an address of PostgreSQL");
        isRefused("node = gw1\npostgresql.url = \"postgresql://me:secret@db1/gateway\"", "contains a login");
        isRefused("node = gw1\nlease = 1 s\n" + URL, "lease");
        isRefused("node = gw1\npostgresql.passwort = x\n" + URL, "passwort");
        isRefused("node = gw1\npostgresql { password = a, password-file = b }\n" + URL, "password");
    }
}
