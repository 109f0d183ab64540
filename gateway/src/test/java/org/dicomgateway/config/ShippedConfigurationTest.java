package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What lies in {@code conf/}, as somebody finds it who starts the gateway for the first time. */
class ShippedConfigurationTest {

    private static final Path CONF = ProjectRoot.path().resolve("conf");

    @Test
    void it_has_no_problem_and_listens_on_this_machine_only() throws Exception {
        GatewaySettings gateway =
                Configuration.loadAll(CONF.resolve("gateway.conf")).gateway();
        assertThat(gateway.listeners()).singleElement().satisfies(listener -> {
            assertThat(listener.aeTitles()).containsExactly(AeTitle.of("GATEWAY"));
            assertThat(listener.acceptor().bind().getAddress().isLoopbackAddress())
                    .isTrue();
            assertThat(listener.acceptor().bind().getPort()).isEqualTo(11112);
        });
        assertThat(gateway.spool().directory()).isEqualTo(ProjectRoot.path().resolve("var/spool"));
        assertThat(gateway.routingFile()).isEqualTo(CONF.resolve("routing.conf"));
    }

    @Test
    void everything_goes_to_the_three_servers() throws Exception {
        RoutingSettings routing = Configuration.loadRouting(CONF.resolve("routing.conf"));
        assertThat(routing.destinations().values())
                .extracting(destination -> destination.name() + "=" + destination.address())
                .containsExactly(
                        "orthanc1=ORTHANC1@localhost:4242",
                        "orthanc2=ORTHANC2@localhost:4243",
                        "orthanc3=ORTHANC3@localhost:4244");
        assertThat(routing.routes())
                .containsExactly(new RouteSettings(
                        "everything",
                        new Condition.AllOf(List.of()),
                        true,
                        new Strategy.Broadcast(),
                        List.of("orthanc1", "orthanc2", "orthanc3"),
                        0,
                        Schedule.ALWAYS,
                        RouteSettings.CommitOn.ALL,
                        Optional.empty()));
    }

    /** {@code verify} asks the servers that {@code scripts/orthanc.sh} runs, with their login. */
    @Test
    void each_server_is_reached_where_its_own_configuration_says() throws Exception {
        JsonMapper json =
                JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
        RoutingSettings routing = Configuration.loadRouting(CONF.resolve("routing.conf"));
        assertThat(routing.destinations()).hasSize(3).allSatisfy((name, destination) -> {
            JsonNode server = json.readTree(ProjectRoot.path()
                    .resolve("orthanc")
                    .resolve(name + ".json")
                    .toFile());
            assertThat(destination.address())
                    .hasToString(server.at("/DicomAet").asString() + "@localhost:"
                            + server.at("/DicomPort").asInt());
            assertThat(destination.rest())
                    .get()
                    .satisfies(rest -> assertThat(rest.url())
                            .hasToString(
                                    "http://localhost:" + server.at("/HttpPort").asInt()));
            assertThat(server.at("/RegisteredUsers").toString())
                    .isEqualTo("{\"${ORTHANC_USER:-orthanc}\":\"${ORTHANC_PASSWORD:-orthanc}\"}");
        });
        assertThat(Files.readString(CONF.resolve("routing.conf")))
                .contains("rest.user = ${?ORTHANC_USER}", "rest.password = ${?ORTHANC_PASSWORD}");
    }

    @Test
    void with_TLS_it_is_the_same_but_for_the_port_and_TLS(@TempDir Path installation) throws Exception {
        for (String file : List.of("gateway.conf", "routing.conf", "tls/gateway.conf", "tls/routing.conf")) {
            Path copy = installation.resolve("conf").resolve(file);
            Files.createDirectories(copy.resolveSibling(""));
            Files.copy(CONF.resolve(file), copy);
        }
        new Certificates(installation.resolve("var/tls")).make("gateway");
        Path conf = installation.toRealPath().resolve("conf");

        Configuration.Loaded plain = Configuration.loadAll(conf.resolve("gateway.conf"));
        Configuration.Loaded tls = Configuration.loadAll(conf.resolve("tls/gateway.conf"));

        assertThat(tls.gateway().spool()).isEqualTo(plain.gateway().spool());
        assertThat(tls.routing().routes()).isEqualTo(plain.routing().routes());
        assertThat(tls.routing().destinations().values())
                .allSatisfy(destination -> assertThat(destination.requestor().tls())
                        .get()
                        .matches(ClientTls::verifyHostName)
                        .matches(client -> client.tls().identity().isPresent()))
                .extracting(destination -> destination.peer() + " " + destination.rest())
                .containsExactlyElementsOf(plain.routing().destinations().values().stream()
                        .map(destination -> destination.peer() + " " + destination.rest())
                        .toList());
        assertThat(tls.gateway().listeners()).singleElement().satisfies(listener -> {
            assertThat(listener.acceptor().bind().getPort()).isEqualTo(2762);
            assertThat(listener.acceptor().bind().getAddress().isLoopbackAddress())
                    .isTrue();
            assertThat(listener.acceptor().tls())
                    .get()
                    .matches(server -> server.clients() == ClientAuthentication.REQUIRED);
        });
    }

    /** The lines of an example begin with its braces, or are indented within them; a comment in words is neither. */
    @Test
    void every_example_in_a_comment_can_be_used_as_it_stands(@TempDir Path folder) throws Exception {
        String text = Files.readString(CONF.resolve("routing.conf"));
        String with = text.replaceAll("(?m)^  # (?=[{}]|(?:cloud|vna) \\{|  )", "  ");
        Written written = new Written(folder);
        written.file("vna.password", "secret");
        RoutingSettings routing = written.routing(with);
        assertThat(routing.destinations().keySet()).contains("cloud", "vna");
        assertThat(routing.routes())
                .extracting(route -> route.name() + " " + route.strategy().word())
                .containsExactly(
                        "mammography broadcast",
                        "research broadcast",
                        "emergency failover",
                        "safe replicate",
                        "spread balance",
                        "everything broadcast");
    }
}
