package org.dicomgateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsContextTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private Certificates certificates;

    @BeforeEach
    void make_certificates() {
        certificates = new Certificates(folder).make("gateway");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pkcs8 rsa         | openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out x.key
            pkcs8 ec          | openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out x.key
            pkcs1             | openssl genrsa -traditional -out x.key 2048
            sec1              | openssl ecparam -name prime256v1 -genkey -noout -out x.key
            sec1, with curve  | openssl ecparam -name secp384r1 -genkey -out x.key
            encrypted         | openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:word -out x.key
            """)
    void a_key_is_read_in_every_form_that_OpenSSL_writes(String form, String command) throws Exception {
        sh(command);
        sh("openssl req -x509 -new -key x.key -passin pass:word -subj /CN=x -days 10 -out x.crt");
        Optional<Secret> password = form.equals("encrypted") ? Optional.of(new Secret("word")) : Optional.empty();

        Optional<CertificateStatus> own = TlsContext.check(
                settings(new IdentityFiles.Pem(folder.resolve("x.crt"), folder.resolve("x.key"), password)));

        assertThat(own).get().satisfies(status -> {
            assertThat(status.subject()).isEqualTo("CN=x");
            assertThat(status.daysLeft(Instant.now())).isEqualTo(9);
            assertThat(status.expiresSoon(Instant.now())).isTrue();
        });
    }

    @Test
    void pkcs12_is_read_with_its_password_only() throws Exception {
        sh("openssl pkcs12 -export -in gateway.crt -inkey gateway.key -passout pass:word -out gateway.p12");
        Path file = folder.resolve("gateway.p12");

        assertThat(TlsContext.check(settings(new IdentityFiles.Pkcs12(file, new Secret("word")))))
                .get()
                .extracting(CertificateStatus::subject)
                .isEqualTo("CN=gateway");
        assertThatThrownBy(() -> TlsContext.check(settings(new IdentityFiles.Pkcs12(file, new Secret("other")))))
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(file + ": is not a PKCS#12 file, or the password is wrong");
    }

    @Test
    void what_does_not_fit_is_said_with_its_file() throws Exception {
        certificates.make("other");
        sh("openssl pkey -in gateway.key -aes256 -passout pass:word -out secret.key");
        Path certificate = certificates.certificate("gateway");
        Path secret = folder.resolve("secret.key");

        assertThatThrownBy(() -> check(certificate, certificates.key("other"), Optional.empty()))
                .hasMessage(certificate + ": its first certificate does not belong to the private key");
        assertThatThrownBy(() -> check(certificate, certificate, Optional.empty()))
                .hasMessageStartingWith(certificate + ": no private key in PEM");
        assertThatThrownBy(() -> check(certificates.key("gateway"), certificates.key("gateway"), Optional.empty()))
                .hasMessageStartingWith(certificates.key("gateway") + ": contains");
        assertThatThrownBy(() -> check(certificate, secret, Optional.empty()))
                .hasMessage(secret + ": its private key is encrypted; add password-file");
        assertThatThrownBy(() -> check(certificate, secret, Optional.of(new Secret("wrong"))))
                .hasMessage(secret + ": its private key cannot be decrypted with this password");
        assertThatThrownBy(() -> check(folder.resolve("none.crt"), secret, Optional.empty()))
                .hasMessage(folder.resolve("none.crt") + ": cannot be read (no such file or folder)");
    }

    @Test
    void what_is_written_in_steps_is_taken_up_when_it_is_whole() throws IOException {
        TlsContexts contexts = new TlsContexts(Instant::now);
        TlsContext context = contexts.of(gateway());
        Instant before = context.certificate().orElseThrow().notAfter();
        byte[] oldCertificate = Files.readAllBytes(certificates.certificate("gateway"));
        certificates.makeFor(700, "gateway");
        byte[] newCertificate = Files.readAllBytes(certificates.certificate("gateway"));

        try (LogLines log = new LogLines("org.dicomgateway.security")) {
            // The key is there already, the certificate is not.
            Files.write(certificates.certificate("gateway"), oldCertificate);
            contexts.look();
            Files.write(certificates.certificate("gateway"), newCertificate);
            contexts.look();
            assertThat(context.certificate().orElseThrow().notAfter()).isEqualTo(before);
            contexts.look();
            assertThat(context.certificate().orElseThrow().notAfter()).isAfter(before);
            assertThat(log.all()).singleElement().asString().startsWith("certificates and keys were renewed");
        }
    }

    @Test
    void a_certificate_that_expires_soon_is_warned_of_once_a_day() {
        Instant[] now = {Instant.now()};
        TlsContexts contexts = new TlsContexts(() -> now[0]);
        TlsContext context = contexts.of(gateway());
        try (LogLines log = new LogLines("org.dicomgateway.security")) {
            for (int hour = 0; hour < 24 * 366; hour++) {
                now[0] = now[0].plus(Duration.ofHours(1));
                contexts.look();
            }
            assertThat(log.all()).hasSizeBetween(30, 32).first().asString().contains("gateway.crt expires in 29 days");
            assertThat(log.all().get(log.all().size() - 1))
                    .contains("has expired")
                    .contains("peers now refuse it");
        }
        assertThat(contexts.certificates())
                .containsExactly(context.certificate().orElseThrow());
    }

    private Optional<CertificateStatus> check(Path certificate, Path key, Optional<Secret> password)
            throws KeyMaterialException {
        return TlsContext.check(settings(new IdentityFiles.Pem(certificate, key, password)));
    }

    private TlsSettings gateway() {
        return settings(new IdentityFiles.Pem(
                certificates.certificate("gateway"), certificates.key("gateway"), Optional.empty()));
    }

    private TlsSettings settings(IdentityFiles identity) {
        return new TlsSettings(Optional.of(identity), List.of(certificates.authority()), TlsProfile.BCP_195);
    }

    private void sh(String command) {
        Dcmtk.run(LIMIT, "sh", "-c", "cd " + folder + " && " + command).orFail();
    }
}
