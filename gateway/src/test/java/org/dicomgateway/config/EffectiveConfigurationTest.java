package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.testkit.Certificates;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EffectiveConfigurationTest {

    private static final String GATEWAY = """
            include "site.conf"
            gateway.listener-defaults.idle-timeout = 5 m
            gateway.listeners { lab { port = 105 }, ward { port = 106, ae-titles = [A, B] } }
            """;

    private static final String ROUTING = """
            destination-defaults { linger = 2 s, retry.max-attempts = 3 }
            destinations {
              b { ae-title = B, host = h, port = 104, breaker { failures = 1 } }
              a { ae-title = A, host = h, port = 105, calling-ae { fixed = preserve } }
            }
            routes = [
              { name = r, to = [b, a], match {
                modality = CT
                tags { "(0019,100A)" = x, StudyDescription = ["a*", { regex = "b+" }] }
                not { calling-ae = X } } }
              { name = s, to = a, fallback = true }
            ]
            """;

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write() {
        written = new Written(folder);
        written.file("site.conf", "gateway.spool { directory = /srv/spool\n history = 3 d }");
    }

    @Test
    void loaded_again_it_is_the_same() throws Exception {
        GatewaySettings gateway = written.gateway(GATEWAY);
        RoutingSettings routing = written.routing(ROUTING);
        String gatewayText = EffectiveConfiguration.renderGateway(folder.resolve("gateway.conf"));
        String routingText = EffectiveConfiguration.renderRouting(folder.resolve("routing.conf"));
        assertThat(written.gateway(gatewayText)).isEqualTo(gateway);
        assertThat(written.routing(routingText)).isEqualTo(routing);
    }

    @Test
    void keys_that_mean_TLS_still_do_when_it_is_loaded_again() throws Exception {
        new Certificates(folder.toAbsolutePath()).make("gateway");
        String routing = """
                destinations { a { ae-title = A, host = h, port = 104, tls { trust = ca.crt } } }
                routes = [ { name = r, to = a } ]
                """;
        RoutingSettings settings = written.routing(routing);

        String text = EffectiveConfiguration.renderRouting(folder.resolve("routing.conf"));

        assertThat(text).contains("enabled = true  # routing.conf:1\n");
        assertThat(written.routing(text)).isEqualTo(settings);
        assertThat(settings.destinations().values())
                .allSatisfy(a -> assertThat(a.requestor().tls()).isPresent());
    }

    @Test
    void each_value_has_a_remark_where_it_comes_from() throws Exception {
        written.file("routing.conf", ROUTING);
        String text = EffectiveConfiguration.render(written.file("gateway.conf", GATEWAY));
        assertThat(text)
                .contains("# " + folder.toAbsolutePath().resolve("gateway.conf") + "\n")
                .contains("port = 105  # gateway.conf:3\n")
                .contains("idle-timeout = \"5 m\"  # gateway.conf:2\n")
                .contains("history = \"3 d\"  # site.conf:2\n")
                .contains("max-associations = 100  # default\n")
                .contains("linger = \"2 s\"  # routing.conf:1\n");
    }

    @Test
    void keys_have_the_order_of_the_defaults_and_names_that_of_the_file() throws Exception {
        written.file("routing.conf", ROUTING);
        String text = EffectiveConfiguration.render(written.file("gateway.conf", GATEWAY));
        assertThat(text)
                .containsSubsequence(
                        "gateway {",
                        "listeners {",
                        "lab {",
                        "bind",
                        "port",
                        "ward {",
                        "spool {",
                        "directory",
                        "history",
                        "routing =",
                        "destinations {",
                        "b {",
                        "ae-title",
                        "calling-ae",
                        "retry {",
                        "a {");
    }

    @Test
    void what_cannot_be_loaded_is_not_rendered() {
        Path file = written.file("gateway.conf", "gateway.spool.history = 30");
        assertThat(Written.problems(() -> EffectiveConfiguration.render(file))).hasSize(2);
    }

    @Test
    void secrets_are_masked_whatever_they_are_called_and_wherever_they_stand() throws Exception {
        Path file = written.file("routing.conf", """
                destinations.a { tls { key-password = hunter2, keystore = k }, AccessToken = hunter2 }
                routes = [ { list = [ { client-secret = hunter2, id = me } ] } ]
                """);
        assertThat(EffectiveConfiguration.renderRouting(file))
                .doesNotContain("hunter2")
                .contains("key-password = \"******\"")
                .contains("keystore = \"k\"")
                .contains("\"client-secret\":\"******\"");
    }
}
