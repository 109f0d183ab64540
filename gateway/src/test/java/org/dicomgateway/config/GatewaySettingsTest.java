package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewaySettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder.resolve("conf"));
    }

    @Test
    void an_empty_file_is_all_defaults() throws Exception {
        GatewaySettings settings = written.gateway("");
        assertThat(settings.listeners()).extracting(ListenerSettings::name).containsExactly("dicom");
        assertThat(settings.routingFile()).isEqualTo(folder.resolve("conf/routing.conf"));
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void every_key_is_mapped() throws Exception {
        GatewaySettings settings = written.gateway("""
                gateway {
                  listeners { one { port = 1 }, two { port = 2 } }
                  routing = rules/routes.conf
                  shutdown-timeout = 2 m
                }
                """);
        assertThat(settings.listeners()).extracting(ListenerSettings::name).containsExactly("one", "two");
        assertThat(settings.routingFile()).isEqualTo(folder.resolve("conf/rules/routes.conf"));
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void an_absolute_path_is_taken_as_it_is() throws Exception {
        assertThat(written.gateway("gateway.routing = /etc/gateway/routing.conf")
                        .routingFile())
                .isEqualTo(Path.of("/etc/gateway/routing.conf"));
    }

    @Test
    void no_listener_at_all_is_a_problem() {
        assertThat(written.problemsOfGateway("gateway {\n listeners {}\n}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("gateway.conf:2 gateway.listeners");
                    assertThat(problem.what()).isEqualTo("there is no listener");
                });
    }

    @Test
    void a_key_of_the_routing_file_is_unknown_here() {
        assertThat(written.problemsOfGateway("gateway {}\nroutes = []"))
                .singleElement()
                .hasToString(folder + "/conf/gateway.conf:2: routes: unknown key; known are gateway");
    }
}
