package org.dicomgateway.orthanc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrthancConfigurationTest {

    @TempDir
    Path directory;

    @Test
    void the_configurations_that_ship_are_three_servers_with_ports_and_titles_of_their_own() throws IOException {
        Optional<Login> login = Optional.of(new Login("orthanc", "orthanc"));

        assertThat(OrthancConfiguration.readAll(ProjectRoot.path().resolve("orthanc"), Map.of()))
                .containsExactly(
                        new OrthancConfiguration("orthanc1", AeTitle.of("ORTHANC1"), 4242, 8042, login),
                        new OrthancConfiguration("orthanc2", AeTitle.of("ORTHANC2"), 4243, 8043, login),
                        new OrthancConfiguration("orthanc3", AeTitle.of("ORTHANC3"), 4244, 8044, login));
    }

    @Test
    void the_environment_can_name_another_user_and_password() throws IOException {
        List<OrthancConfiguration> servers = OrthancConfiguration.readAll(
                ProjectRoot.path().resolve("orthanc"),
                Map.of("ORTHANC_USER", "operator", "ORTHANC_PASSWORD", "a$1\\b\"c"));

        assertThat(servers)
                .extracting(OrthancConfiguration::login)
                .containsOnly(Optional.of(new Login("operator", "a$1\\b\"c")));
    }

    @Test
    void what_a_file_leaves_out_has_Orthancs_default() throws IOException {
        Path file = Files.writeString(directory.resolve("a.json"), "{ /* nothing */ }");

        assertThat(OrthancConfiguration.read(file, Map.of()))
                .isEqualTo(new OrthancConfiguration("MyOrthanc", AeTitle.of("ORTHANC"), 4242, 8042, Optional.empty()));
    }

    @Test
    void a_file_that_is_none_is_named() throws IOException {
        Path file = Files.writeString(directory.resolve("broken.json"), "{ \"Name\" : ");

        assertThatThrownBy(() -> OrthancConfiguration.read(file, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken.json is not an Orthanc configuration");
    }
}
