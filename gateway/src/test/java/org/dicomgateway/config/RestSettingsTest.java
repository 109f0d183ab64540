package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.RestSettings.Login;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestSettingsTest {

    private static final URI URL = URI.create("http://localhost:8042");

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
    }

    private Optional<RestSettings> rest(String defaults, String own) throws ConfigurationException {
        return destination(defaults, own).rest();
    }

    private DestinationSettings destination(String defaults, String own) throws ConfigurationException {
        return written.routing("destination-defaults { " + defaults + " }\n"
                        + "destinations { a { ae-title = A, host = h, port = 1\n" + own + " } }, routes = []")
                .destinations()
                .values()
                .iterator()
                .next();
    }

    @Test
    void an_address_is_enough() throws Exception {
        assertThat(rest("", "rest { url = \"http://localhost:8042\" }"))
                .contains(new RestSettings(URL, Optional.empty(), Duration.ofSeconds(60)));
    }

    @Test
    void without_an_address_of_its_own_a_destination_has_none() throws Exception {
        assertThat(rest("rest { user = u, password = p, interval = 10 s }", "")).isEmpty();
    }

    @Test
    void a_login_can_be_the_same_for_all() throws Exception {
        assertThat(rest("rest { user = u, password = p, interval = 10 s }", "rest.url = \"http://localhost:8042\""))
                .contains(new RestSettings(URL, Optional.of(new Login("u", "p")), Duration.ofSeconds(10)));
    }

    @Test
    void a_password_file_lies_beside_the_file_that_names_it() throws Exception {
        written.file("secrets/orthanc", "hunter2\n");
        assertThat(rest("", "rest { url = \"http://localhost:8042\", user = u, password-file = secrets/orthanc }"))
                .contains(new RestSettings(URL, Optional.of(new Login("u", "hunter2")), Duration.ofSeconds(60)));
    }

    @Test
    void a_password_is_written_once() {
        written.file("pw", "hunter2");
        assertThat(Written.problems(() ->
                        rest("", "rest { url = \"http://h\", user = u, password = hunter2, password-file = pw }")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.what()).isEqualTo("password is also set");
                    assertThat(problem.toString()).doesNotContain("hunter2");
                });
    }

    @Test
    void no_text_of_it_shows_the_password() throws Exception {
        assertThat(String.valueOf(rest("", "rest { url = \"http://h\", user = u, password = hunter2 }")))
                .contains("u")
                .doesNotContain("hunter2");
        assertThat(EffectiveConfiguration.renderRouting(folder.resolve("routing.conf")))
                .contains("password = \"******\"")
                .doesNotContain("hunter2");
    }

    @Test
    void DICOMweb_has_an_address_and_a_login_of_its_own_and_is_enough_to_verify() throws Exception {
        written.file("pw", "hunter2");
        DestinationSettings vna = destination(
                "dicomweb { user = u, password-file = pw }, rest { user = other, password = p }",
                "dicomweb.url = \"https://vna.example.org/dicom-web\", verify.level = content");
        assertThat(vna.rest()).isEmpty();
        assertThat(vna.dicomWeb())
                .contains(new DicomWebSettings(
                        URI.create("https://vna.example.org/dicom-web"),
                        Optional.of(new Login("u", "hunter2")),
                        Optional.empty(),
                        WhenExists.COMPARE,
                        DataSize.ofMebibytes(100)));
        assertThat(vna.toString()).doesNotContain("hunter2");
        assertThat(destination("dicomweb { user = u, password = p }", "verify.level = content")
                        .dicomWeb())
                .isEmpty();
        assertThat(EffectiveConfiguration.renderRouting(folder.resolve("routing.conf")))
                .doesNotContain("dicomweb");
        assertThat(Written.problems(() -> destination("", "dicomweb { user = u }")))
                .extracting(Problem::what)
                .contains("there is no password");
        assertThat(Written.problems(() -> destination("", "dicomweb { url = \"http://h\", interval = 5 m }")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString()).contains("interval"));
    }

    @Test
    void a_login_in_the_address_is_refused_without_showing_it() {
        assertThat(Written.problems(() -> rest("", "rest { url = \"http://u:hunter2@h\" }")))
                .extracting(Problem::toString)
                .noneMatch(text -> text.contains("hunter2"));
    }
}
