package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BearerSource;
import org.dicomgateway.config.settings.DestinationSettings.DicomWebSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.config.settings.RestSettings.Login;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Destinations that get instances over DICOMweb. */
class DicomWebSettingsTest {

    private static final String URL = "dicomweb.url = \"https://cloud.example.org/dicomWeb\"\n";

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write_there() {
        written = new Written(folder);
        written.file("pw", "hunter2\n");
    }

    private DestinationSettings destination(String own) throws ConfigurationException {
        return written.routing("destination-defaults { calling-ae = preserve }\ndestinations { a {\n" + own
                        + "\n} }\nroutes = []")
                .destinations()
                .values()
                .iterator()
                .next();
    }

    @Test
    void an_address_without_a_DICOM_node_is_enough_and_has_TLS_by_the_authorities_that_Java_trusts() throws Exception {
        DestinationSettings cloud = destination(URL);

        assertThat(cloud.isWeb()).isTrue();
        assertThat(cloud.peer()).isEmpty();
        assertThat(cloud.address()).isEqualTo("https://cloud.example.org/dicomWeb");
        assertThat(cloud.host()).isEqualTo("cloud.example.org");
        assertThat(cloud.callingAe()).isPresent();
        assertThat(cloud.dicomWeb())
                .contains(new DicomWebSettings(
                        URI.create("https://cloud.example.org/dicomWeb"),
                        Optional.empty(),
                        Optional.empty(),
                        WhenExists.COMPARE,
                        DataSize.ofMebibytes(100)));
        assertThat(cloud.requestor().tls().orElseThrow().verifyHostName()).isTrue();
        assertThat(cloud.requestor().tls().orElseThrow().tls().trust()).isEmpty();
        assertThat(destination("dicomweb.url = \"http://localhost/\"")
                        .requestor()
                        .tls())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "99999"})
    void a_port_that_does_not_exist_is_refused(String port) {
        assertThatThrownBy(() -> destination("dicomweb.url = \"http://localhost:" + port + "/dicom-web\""))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void it_has_one_of_three_logins_and_none_is_shown() throws Exception {
        assertThat(destination(URL + "dicomweb { user = u, password-file = pw, when-exists = keep }")
                        .dicomWeb())
                .contains(new DicomWebSettings(
                        URI.create("https://cloud.example.org/dicomWeb"),
                        Optional.of(new Login("u", "hunter2")),
                        Optional.empty(),
                        WhenExists.KEEP,
                        DataSize.ofMebibytes(100)));
        assertThat(bearer("bearer-file = pw")).isEqualTo(new BearerSource.TokenFile(folder.resolve("pw")));
        assertThat(bearer("client-credentials { token-url = \"https://login.example.org/token\", client-id = id,"
                        + " secret-file = pw, scope = s }"))
                .isEqualTo(new BearerSource.ClientCredentials(
                        URI.create("https://login.example.org/token"), "id", folder.resolve("pw"), Optional.of("s")));
        assertThat(EffectiveConfiguration.renderRouting(folder.resolve("routing.conf")))
                .contains("https://login.example.org/token")
                .contains("when-exists")
                .doesNotContain("hunter2");
    }

    private BearerSource bearer(String auth) throws ConfigurationException {
        return destination(URL + "dicomweb.auth { " + auth + " }")
                .dicomWeb()
                .flatMap(DicomWebSettings::bearer)
                .orElseThrow();
    }

    @Test
    void a_DICOM_node_can_have_its_copies_checked_with_any_login() throws Exception {
        DestinationSettings node =
                destination("ae-title = A, host = h, port = 1\n" + URL + "dicomweb.auth.bearer-file = pw");

        assertThat(node.isWeb()).isFalse();
        assertThat(node.dicomWeb().flatMap(DicomWebSettings::bearer)).isPresent();
    }

    @Test
    void it_can_be_asked_for_storage_commitment_whatever_the_calling_ae_of_others_is() throws Exception {
        DestinationSettings web = destination(URL + "commitment.request = true, commitment.after = 1 s");

        assertThat(web.commitment().request()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "calling-ae = GATEWAY                           | destinations.a.calling-ae          | names no AE title",
                "association-timeout = 3 s                      | destinations.a.association-timeout | there is no association",
                "max-pdu-length = 32 KiB                        | destinations.a.max-pdu-length      | there are no PDUs",
                "pipeline = 16                                  | destinations.a.pipeline            | no asynchronous operations window",
                "tls { trust = system, verify-host-name = no }  | destinations.a.tls.verify-host-name | always has to match",
                "tls { trust = system, server-name = x }        | destinations.a.tls.server-name     | match the host of the URL",
                "dicomweb { url = \"http://h\" }, tls.trust = system | destinations.a.dicomweb.url   | begins with http:",
                "dicomweb { url = \"ftp://h\" }                 | destinations.a.dicomweb.url        | not an address of a web server",
                "dicomweb { url = \"https://u:p@h\" }           | destinations.a.dicomweb.url        | contains a login",
                "dicomweb.when-exists = sometimes               | destinations.a.dicomweb.when-exists | not a valid when-exists",
                "dicomweb.auth.bearer-file = absent             | destinations.a.dicomweb.auth.bearer-file | cannot be read",
                "dicomweb { user = u, password = p, auth.bearer-file = pw } | destinations.a.dicomweb.user | has one login",
                "dicomweb.auth.client-credentials.client-id = i | destinations.a.dicomweb.auth.client-credentials.token-url | missing",
                "dicomweb.auth.command = ls                     | destinations.a.dicomweb.auth.command | unknown key",
            })
    void what_does_not_go_together_is_told_with_its_place(String line, String key, String why) {
        assertThat(Written.problems(() -> destination(URL + line))).anySatisfy(problem -> {
            assertThat(problem.key()).isEqualTo(key);
            assertThat(problem.line()).isPositive();
            assertThat(problem.toString()).contains(why);
        });
    }

    @Test
    void a_DICOM_node_has_no_say_in_what_DICOMweb_does() {
        assertThat(Written.problems(() -> destination("host = h\n" + URL + "dicomweb.when-exists = keep")))
                .extracting(Problem::key)
                .contains("destinations.a.dicomweb.when-exists", "destinations.a.ae-title", "destinations.a.port");
    }
}
