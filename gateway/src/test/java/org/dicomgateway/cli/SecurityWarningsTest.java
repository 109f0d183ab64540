package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.dicomgateway.cli.check.SecurityWarnings;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.Warning;
import org.dicomgateway.testkit.Certificates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecurityWarningsTest {

    private static final String CERTIFICATE = "certificate = gateway.crt, key = gateway.key, trust = ca.crt";

    @TempDir
    private Path folder;

    @Test
    void what_only_this_machine_reaches_needs_none() throws Exception {
        assertThat(warnings("gateway.listeners.dicom {}", "")).isEmpty();
    }

    @Test
    void an_open_port_without_access_is_warned_of() throws Exception {
        new Certificates(folder).make("gateway");
        assertThat(warnings("gateway.listeners.dicom.bind = 0.0.0.0", ""))
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.key()).isEqualTo("gateway.listeners.dicom");
                    assertThat(warning.what()).contains("everybody who can reach 0.0.0.0 may send");
                });
        assertThat(warnings("gateway.listeners.dicom { bind = 0.0.0.0, access = { name = a, calling-ae = CT } }", ""))
                .isEmpty();
        assertThat(warnings(
                        "gateway.listeners.dicom { bind = 0.0.0.0, tls { enabled = true, " + CERTIFICATE + " } }", ""))
                .isEmpty();
    }

    @Test
    void a_cluster_without_a_standby_or_with_commitment_is_warned_of() throws Exception {
        String cluster = "gateway.cluster { node = gw1, postgresql.url = \"postgresql://db1,db2/gateway\" }\n";
        assertThat(warnings(cluster, "")).isEmpty();
        assertThat(warnings(
                        cluster
                                + "gateway.cluster.allow-single = true\ngateway.senders.CT1 { host = localhost, port = 104 }",
                        ""))
                .extracting(Warning::key)
                .containsExactly("gateway.cluster.allow-single", "gateway.senders");
    }

    @Test
    void a_host_name_that_is_not_verified_is_warned_of() throws Exception {
        new Certificates(folder).make("gateway");
        assertThat(warnings("", "tls { enabled = true, trust = ca.crt, verify-host-name = false }"))
                .singleElement()
                .extracting(Warning::key)
                .isEqualTo("destinations.archive.tls.verify-host-name");
    }

    @Test
    void keys_beside_a_written_no_are_warned_of() throws Exception {
        new Certificates(folder).make("gateway");
        assertThat(warnings(
                        "gateway.listeners.dicom.tls { " + CERTIFICATE + "\nenabled = off }",
                        "tls { enabled = false, trust = ca.crt }"))
                .extracting(warning -> warning.line() + " " + warning.key())
                .containsExactly("2 gateway.listeners.dicom.tls.enabled", "2 destinations.archive.tls.enabled");
        assertThat(warnings("", "tls.trust = ca.crt\n}\ndestination-defaults { tls.enabled = false"))
                .as("the defaults say no, and nothing here says yes")
                .extracting(Warning::key)
                .containsExactly("destinations.archive.tls");
        assertThat(warnings("", "tls.verify-host-name = true"))
                .as("a block that turns nothing on")
                .extracting(Warning::key)
                .containsExactly("destinations.archive.tls");
        assertThat(warnings("gateway.listener-defaults.tls { " + CERTIFICATE + " }", "tls.enabled = false"))
                .as("one destination or listener of many, without keys of its own")
                .isEmpty();
    }

    @Test
    void a_certificate_that_expires_soon_is_warned_of() throws Exception {
        new Certificates(folder).makeFor(20, "gateway");
        String tls = "tls { enabled = true, " + CERTIFICATE + " }";
        assertThat(warnings("gateway.listeners.dicom." + tls, tls))
                .hasSize(2)
                .extracting(Warning::what)
                .allMatch(what -> what.startsWith("the certificate expires in 19 days"));
    }

    private List<Warning> warnings(String gateway, String destination) throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.conf"), gateway);
        Files.writeString(
                folder.resolve("routing.conf"),
                "destinations.archive { ae-title = A, host = localhost, port = 1\n" + destination + "\n}\nroutes = []");
        return SecurityWarnings.of(file, Configuration.loadAll(file), Instant.now());
    }
}
