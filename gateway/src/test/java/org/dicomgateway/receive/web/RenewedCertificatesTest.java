package org.dicomgateway.receive.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.receive.web.WebListenerHarness.body;
import static org.dicomgateway.receive.web.WebListenerHarness.instance;
import static org.dicomgateway.receive.web.WebListenerHarness.rest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with certificates are replaced while requests flow over TLS with certificates on both sides. */
class RenewedCertificatesTest {

    @TempDir
    private Path directory;

    private final TlsContexts contexts = new TlsContexts(InstantSource.system());
    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger served = new AtomicInteger();

    private Certificates first;
    private Certificates second;
    private Path trust;
    private Path certificate;
    private Path key;
    private WebListenerHarness web;

    @BeforeEach
    void listen() throws IOException {
        first = new Certificates(directory.resolve("first")).make("gateway", "sender");
        second = new Certificates(directory.resolve("second")).make("gateway", "sender");
        trust = copy(first.authority(), "trust.crt");
        certificate = copy(first.certificate("gateway"), "own.crt");
        key = copy(first.key("gateway"), "own.key");
        ServerTls tls = new ServerTls(settings(certificate, key, trust), ClientAuthentication.REQUIRED);
        web = new WebListenerHarness(
                new ListenerSettings.Web(AeTitle.of("WEB"), 10, Map.of(), Optional.empty()), tls, contexts);
    }

    @AfterEach
    void close() {
        enough.set(true);
        web.close();
    }

    private Path copy(Path file, String name) throws IOException {
        return Files.copy(file, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private static TlsSettings settings(Path certificate, Path key, Path... trust) {
        return new TlsSettings(
                Optional.of(new IdentityFiles.Pem(certificate, key, Optional.empty())),
                List.of(trust),
                TlsProfile.BCP_195);
    }

    /** Trusts both authorities, and shows its certificate of one. */
    private SSLSocket connect(Certificates ours) throws IOException {
        TlsContexts own = new TlsContexts(InstantSource.system());
        SSLSocket socket = (SSLSocket)
                own.of(settings(ours.certificate("sender"), ours.key("sender"), first.authority(), second.authority()))
                        .context()
                        .getSocketFactory()
                        .createSocket("127.0.0.1", web.port());
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }

    private static String issuer(SSLSocket socket) throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getIssuerX500Principal() + " "
                + ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }

    private static void begin(Socket socket, byte[] whole, int part) throws IOException {
        socket.getOutputStream()
                .write(WebListenerHarness.head("Content-Length: " + whole.length)
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(whole, 0, part);
        socket.getOutputStream().flush();
    }

    private static String end(Socket socket, byte[] whole, int part) throws IOException {
        socket.getOutputStream().write(whole, part, whole.length - part);
        socket.getOutputStream().flush();
        byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        return new String(status, StandardCharsets.US_ASCII);
    }

    /** One request after the other on new connections, until it is enough. */
    private CompletableFuture<Void> flow(Certificates ours, int sender) {
        return CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; !enough.get(); i++) {
                    byte[] whole = body(instance("1.2." + sender + "." + i, 50_000));
                    try (SSLSocket socket = connect(ours)) {
                        begin(socket, whole, 9_000);
                        assertThat(end(socket, whole, 9_000)).isEqualTo("HTTP/1.1 200");
                        served.incrementAndGet();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void awaitMore() throws InterruptedException {
        int now = served.get();
        for (int i = 0; i < 1_000 && served.get() < now + 6; i++) {
            Thread.sleep(10);
        }
        assertThat(served).hasValueGreaterThanOrEqualTo(now + 6);
    }

    @Test
    void no_request_fails_while_the_certificate_is_renewed_and_then_the_trust() throws Exception {
        byte[] whole = body(instance("1.2.3", 90_000));
        List<CompletableFuture<Void>> senders = new ArrayList<>(List.of(flow(first, 7), flow(first, 8)));
        try (SSLSocket begun = connect(first)) {
            begin(begun, whole, 40_000);
            awaitMore();
            String before = issuer(begun);

            // First the certificate, which does not fit the key for a moment; then the key.
            copy(second.certificate("gateway"), "own.crt");
            contexts.look();
            awaitMore();
            copy(second.key("gateway"), "own.key");
            contexts.look();
            contexts.look();
            try (SSLSocket later = connect(first)) {
                assertThat(issuer(later)).isNotEqualTo(before);
            }
            awaitMore();

            // A new authority beside the old one, and then in its place.
            Files.writeString(trust, Files.readString(first.authority()) + Files.readString(second.authority()));
            contexts.look();
            contexts.look();
            senders.add(flow(second, 9));
            awaitMore();
            enough.set(true);
            senders.forEach(CompletableFuture::join);
            try (SSLSocket kept = connect(first)) {
                begin(kept, whole, 40_000);
                copy(second.authority(), "trust.crt");
                contexts.look();
                contexts.look();
                assertThatThrownBy(() -> {
                            // By TLS 1.3, a client learns of it after its handshake.
                            try (SSLSocket refused = connect(first)) {
                                begin(refused, whole, 40_000);
                                assertThat(rest(refused)).doesNotContain("HTTP");
                                throw new IOException("refused");
                            }
                        })
                        .isInstanceOf(IOException.class);
                assertThat(end(kept, whole, 40_000)).isEqualTo("HTTP/1.1 200");
            }
            assertThat(end(begun, whole, 40_000)).isEqualTo("HTTP/1.1 200");
            try (SSLSocket taken = connect(second)) {
                begin(taken, whole, 40_000);
                assertThat(end(taken, whole, 40_000)).isEqualTo("HTTP/1.1 200");
            }
        }
    }
}
