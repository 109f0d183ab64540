package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
    void an_address_that_others_can_reach_is_refused_with_what_to_do_instead() {
        assertThat(written.problemsOfGateway("gateway.admin.bind = 0.0.0.0"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(Written.place(problem)).isEqualTo("gateway.conf:1 gateway.admin.bind");
                    assertThat(problem.what()).contains("0.0.0.0 can be reached from other machines");
                    assertThat(problem.remedy()).contains("bind = 127.0.0.1");
                });
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
