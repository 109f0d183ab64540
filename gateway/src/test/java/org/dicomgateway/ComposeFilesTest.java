package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What deploy/compose starts: its files are there, and the gateway can use them. */
class ComposeFilesTest {

    private static final Path COMPOSE = ProjectRoot.path().resolve("deploy/compose");

    @TempDir
    private Path folder;

    private static JsonNode read(String file) throws Exception {
        return new YAMLMapper().readTree(Files.readString(COMPOSE.resolve(file)));
    }

    private static Stream<JsonNode> each(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "cluster.yaml"})
    void what_is_mounted_is_there_or_a_volume(String file) throws Exception {
        JsonNode compose = read(file);
        List<String> mounted = each(compose.get("services"))
                .flatMap(service -> each(service.path("volumes")))
                .map(volume -> volume.asString().replaceFirst(":.*", ""))
                .toList();
        assertThat(mounted).isNotEmpty();
        for (String source : mounted) {
            assertThat(
                            source.startsWith(".")
                                    ? Files.exists(COMPOSE.resolve(source))
                                    : compose.get("volumes").has(source))
                    .as(source)
                    .isTrue();
        }
    }

    @Test
    void the_gateways_of_the_cluster_believe_its_balancer_and_find_its_database() throws Exception {
        JsonNode compose = read("cluster.yaml");
        Files.copy(COMPOSE.resolve("routing.conf"), folder.resolve("routing.conf"));
        String text = Files.readString(COMPOSE.resolve("cluster.conf"))
                .replace("${GATEWAY_NODE}", "gw1")
                .replace("${POSTGRESQL_PASSWORD}", "secret");
        Configuration.Loaded loaded = Configuration.loadAll(Files.writeString(folder.resolve("gateway.conf"), text));

        assertThat(loaded.gateway().cluster().orElseThrow().database().url()).isEqualTo("postgresql://db1/gateway");
        assertThat(compose.get("services").has("db1")).isTrue();
        String subnet = compose.at("/networks/default/ipam/config/0/subnet").asString();
        assertThat(text).contains("proxy-protocol.from = [\"" + subnet + "\"]");
        assertThat(Files.readString(COMPOSE.resolve("../cluster/haproxy.cfg"))).contains("${GW1}", "${GW2}", "${GW3}");
        for (String gateway : List.of("gw1", "gw2", "gw3")) {
            assertThat(compose.at("/services/balancer/environment/" + gateway.toUpperCase(Locale.ROOT))
                            .asString())
                    .isEqualTo(gateway + ":11112");
        }
    }
}
