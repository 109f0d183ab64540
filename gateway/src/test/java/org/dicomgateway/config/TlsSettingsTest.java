package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsSettingsTest {

    @TempDir
    private static Path folder;

    private static Written written;
    private static Certificates certificates;

    @BeforeAll
    static void make_certificates() {
        written = new Written(folder);
        certificates = new Certificates(folder.toAbsolutePath().normalize()).make("gateway", "other");
        Dcmtk.run(
                        "openssl",
                        "pkcs12",
                        "-export",
                        "-in",
                        certificates.certificate("gateway").toString(),
                        "-inkey",
                        certificates.key("gateway").toString(),
                        "-passout",
                        "pass:word",
                        "-out",
                        folder.resolve("gateway.p12").toString())
                .orFail();
        written.file("word.txt", "word\n");
    }

    @Test
    void a_listener_has_it_with_files_beside_its_own() throws Exception {
        assertThat(server("certificate = gateway.crt, key = gateway.key, trust = ca.crt"))
                .contains(new ServerTls(
                        new TlsSettings(
                                Optional.of(new IdentityFiles.Pem(
                                        certificates.certificate("gateway"),
                                        certificates.key("gateway"),
                                        Optional.empty())),
                                List.of(certificates.authority()),
                                TlsProfile.BCP_195),
                        ClientAuthentication.REQUIRED));
        assertThat(server("key-store = gateway.p12, password-file = word.txt, client-authentication = none"
                        + ", profile = strict"))
                .contains(new ServerTls(
                        new TlsSettings(
                                Optional.of(new IdentityFiles.Pkcs12(
                                        folder.toAbsolutePath().normalize().resolve("gateway.p12"),
                                        new Secret("word"))),
                                List.of(),
                                TlsProfile.STRICT),
                        ClientAuthentication.NONE));
    }

    @Test
    void a_destination_has_it_and_may_share_it_with_the_others() throws Exception {
        RoutingSettings routing = written.routing("""
                destination-defaults.tls { enabled = true, trust = ca.crt }
                destinations {
                  one { ae-title = ONE, host = localhost, port = 1 }
                  two { ae-title = TWO, host = 10.0.0.1, port = 2
                        tls { verify-host-name = false, server-name = archive.example.org, trust = system } }
                  three { ae-title = THREE, host = localhost, port = 3, tls.enabled = false }
                }
                routes = []
                """);
        TlsSettings trusting = new TlsSettings(Optional.empty(), List.of(certificates.authority()), TlsProfile.BCP_195);
        assertThat(tls(routing, "one")).contains(new ClientTls(trusting, true, Optional.empty()));
        assertThat(tls(routing, "two"))
                .contains(new ClientTls(
                        new TlsSettings(Optional.empty(), List.of(), TlsProfile.BCP_195),
                        false,
                        Optional.of("archive.example.org")));
        assertThat(tls(routing, "three")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            trust = ca.crt                                            | enabled     | the gateway has no certificate
            certificate = gateway.crt, trust = ca.crt                 | certificate | certificate and key must be set together
            key = gateway.key, trust = ca.crt                         | key         | certificate and key must be set together
            certificate = gateway.crt, key = gateway.key              | enabled     | no authority is trusted
            certificate = gateway.crt, key = other.key, trust = ca.crt | certificate | does not belong to the private key
            certificate = none.crt, key = gateway.key, trust = ca.crt | certificate | none.crt: cannot be read
            certificate = gateway.crt, key = gateway.key, trust = gateway.key | certificate | gateway.key: contains
            key-store = gateway.p12, trust = ca.crt                   | key-store   | not a PKCS#12 file
            key-store = gateway.p12, certificate = gateway.crt, key = gateway.key, trust = ca.crt | key-store | certificate is also set
            key-store = gateway.p12, password = word, password-file = word.txt, trust = ca.crt | password-file | password is also set
            certificate = gateway.crt, key = gateway.key, trust = []  | trust       | must not be empty
            client-authentication = maybe                             | client-authentication | not a valid client-authentication: 'maybe'
            profile = tls1                                            | profile     | not a valid profile: 'tls1'
            cipher-suites = []                                        | cipher-suites | unknown key
            """)
    void a_mistake_is_one_problem_with_its_place(String tls, String key, String what) {
        assertThat(written.problemsOfGateway("gateway.listeners.lab.tls {\n  enabled = true, " + tls + "\n}"))
                .filteredOn(problem -> problem.key().equals("gateway.listeners.lab.tls." + key))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains(what));
    }

    @Test
    void what_is_not_enabled_need_not_be_whole() throws Exception {
        assertThat(written.gateway("gateway.listener-defaults.tls { enabled = true, trust = ca.crt }\n"
                                + "gateway.listeners.lab.tls { certificate = gateway.crt, key = gateway.key }")
                        .listeners()
                        .get(0)
                        .acceptor()
                        .tls())
                .isPresent();
        assertThat(written.gateway("gateway.listeners.lab.tls { enabled = false, certificate = none.crt }")
                        .listeners()
                        .get(0)
                        .acceptor()
                        .tls())
                .isEmpty();
    }

    @Test
    void keys_mean_TLS_and_only_a_written_no_sends_in_the_clear_beside_them() throws Exception {
        RoutingSettings routing = written.routing("""
                destinations {
                  one { ae-title = ONE, host = localhost, port = 1, tls { trust = ca.crt } }
                  two { ae-title = TWO, host = localhost, port = 2, tls { trust = ca.crt, enabled = false } }
                  three { ae-title = THREE, host = localhost, port = 3 }
                }
                routes = []
                """);
        assertThat(tls(routing, "one")).isPresent();
        assertThat(tls(routing, "two")).isEmpty();
        assertThat(tls(routing, "three")).isEmpty();
        assertThat(block("certificate = gateway.crt, key = gateway.key, trust = ca.crt"))
                .isPresent()
                .isEqualTo(server("certificate = gateway.crt, key = gateway.key, trust = ca.crt"));
        assertThat(block("enabled = false, certificate = gateway.crt, key = gateway.key, trust = ca.crt"))
                .isEmpty();
        assertThat(written.problemsOfGateway("gateway.listeners.lab.tls { certificate = gateway.crt }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("certificate and key must be set together"));
    }

    private static Optional<ClientTls> tls(RoutingSettings routing, String destination) {
        return Optional.ofNullable(routing.destinations().get(destination))
                .orElseThrow()
                .requestor()
                .tls();
    }

    private static Optional<ServerTls> server(String tls) throws ConfigurationException {
        return block("enabled = true, " + tls);
    }

    private static Optional<ServerTls> block(String tls) throws ConfigurationException {
        return written.gateway("gateway.listeners.lab.tls { " + tls + " }")
                .listeners()
                .get(0)
                .acceptor()
                .tls();
    }
}
