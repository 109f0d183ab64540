package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.ListenerSettings.Web;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.testkit.Certificates;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebListenerSettingsTest {

    @TempDir
    private Path folder;

    private Written written;

    @BeforeEach
    void write() {
        written = new Written(folder);
    }

    private ListenerSettings web(String text) throws Exception {
        return written.gateway("gateway.listeners.web {\n type = dicomweb\n" + text + "\n}")
                .listeners()
                .get(0);
    }

    @Test
    void its_name_stands_for_the_calling_AE_title_and_no_login_is_asked_for() throws Exception {
        assertThat(web("").web()).hasValue(new Web(AeTitle.of("web"), 10_000, Map.of(), Optional.empty()));
        assertThat(written.gateway("").listeners().get(0).web()).isEmpty();
    }

    @Test
    void every_key_is_mapped() throws Exception {
        PasswordHash hash = PasswordHash.make(new Secret("x"));
        Path keys = written.file("keys.json", "{}");
        Web web = web("""
                        calling-ae = STOW
                        max-instances = 7
                        auth {
                          users.alice.password-hash = "%s"
                          jwt { issuer = "https://issuer.example", audience = gateway, jwks = keys.json }
                        }
                        """.formatted(hash.written())).web().orElseThrow();
        assertThat(web)
                .isEqualTo(new Web(
                        AeTitle.of("STOW"),
                        7,
                        Map.of("alice", hash),
                        Optional.of(new Web.Jwt("https://issuer.example", "gateway", keys.toUri()))));
        assertThat(web.asksForLogin()).isTrue();
        assertThat(web("auth.jwt { issuer = a, audience = b, jwks = \"https://issuer.example/keys\" }")
                        .web()
                        .flatMap(Web::jwt)
                        .map(Web.Jwt::keys))
                .hasValue(URI.create("https://issuer.example/keys"));
    }

    @Test
    void other_machines_reach_it_with_tls_or_when_that_is_said() throws Exception {
        assertThat(web("bind = 0.0.0.0\ntls = none").acceptor().tls()).isEmpty();
        new Certificates(folder.resolve("tls")).make("gateway");
        assertThat(web("bind = 0.0.0.0\n"
                                + "tls { certificate = tls/gateway.crt, key = tls/gateway.key, client-authentication = none }")
                        .acceptor()
                        .tls())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bind = 0.0.0.0                | bind           | images and logins would travel in the clear
            max-pdu-length = 16 KiB       | max-pdu-length | over DICOMweb there are no PDUs
            ae-titles = [A, B]            | ae-titles      | a request over DICOMweb calls no AE title
            max-instances = 0             | max-instances  | must be between 1 and 100000
            auth.user.a = b               | auth.user      | unknown key
            auth.users.a.password-hash = none | auth.users.a.password-hash | not a password hash
            auth.jwt { issuer = a, audience = b, jwks = "http://issuer.example/keys" } | auth.jwt.jwks | can make every token
            auth.jwt { issuer = a, audience = b, jwks = missing.json } | auth.jwt.jwks | missing.json
            auth.jwt { issuer = a, jwks = "https://issuer.example/keys" } | auth.jwt.audience | missing
            proxy-protocol.from = 10.0.0.1 | proxy-protocol | reads no header of a proxy
            type = web                    | type           | web
            """)
    void a_mistake_is_one_problem_with_its_place(String line, String key, String what) {
        String type = line.startsWith("type") ? "" : "type = dicomweb\n";
        assertThat(written.problemsOfGateway("gateway.listeners {\n lab {\n" + type + line + "\n }\n}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.key()).isEqualTo("gateway.listeners.lab." + key);
                    assertThat(problem.what()).contains(what);
                });
    }

    @ParameterizedTest
    @CsvSource({"calling-ae = A, calling-ae", "max-instances = 5, max-instances", "auth.users {}, auth"})
    void what_is_for_the_web_is_a_mistake_elsewhere(String line, String key) {
        assertThat(written.problemsOfGateway("gateway.listeners.lab { " + line + " }"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.key()).isEqualTo("gateway.listeners.lab." + key);
                    assertThat(problem.what()).contains("type = dicomweb");
                });
    }

    @Test
    void a_name_that_is_no_AE_title_needs_one() {
        assertThat(written.problemsOfGateway("gateway.listeners.from-the-reconstruction { type = dicomweb }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("stands for the calling AE title"));
    }
}
