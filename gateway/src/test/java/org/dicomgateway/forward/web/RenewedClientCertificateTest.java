package org.dicomgateway.forward.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Destinations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with certificates are replaced while requests flow to a server that asks for a certificate. */
class RenewedClientCertificateTest {

    private static final int SIZE = 60_000;

    @TempDir
    private Path directory;

    private final TlsContexts ours = new TlsContexts(InstantSource.system());
    private final TlsContexts theirs = new TlsContexts(InstantSource.system());
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** The serial numbers of what was shown, in the order of the ends of requests. */
    private final List<String> shown = new CopyOnWriteArrayList<>();

    private Certificates first;
    private Certificates second;
    private HttpsServer server;
    private StowConnector connector;

    @BeforeEach
    void listen() throws Exception {
        first = new Certificates(directory.resolve("first")).make("server", "gateway");
        second = new Certificates(directory.resolve("second")).make("server", "gateway");
        SSLContext identity = identity();
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.setHttpsConfigurator(new HttpsConfigurator(identity) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters all = identity.getDefaultSSLParameters();
                all.setNeedClientAuth(true);
                parameters.setSSLParameters(all);
            }
        });
        server.createContext("/", exchange -> {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            shown.add(((X509Certificate)
                            ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0])
                    .getSerialNumber()
                    .toString());
            byte[] answer = StowConnectorTest.STORED.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", StowConnectorTest.JSON);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        take(first);
        trust(Files.readString(first.authority()));
        connector = connector();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** Of the server, which trusts both authorities. */
    private SSLContext identity() throws IOException {
        return theirs.of(new TlsSettings(
                        Optional.of(new IdentityFiles.Pem(
                                first.certificate("server"), first.key("server"), Optional.empty())),
                        List.of(first.authority(), second.authority()),
                        TlsProfile.BCP_195))
                .context();
    }

    private void take(Certificates certificates) throws IOException {
        for (Path file : List.of(certificates.certificate("gateway"), certificates.key("gateway"))) {
            Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void trust(String authorities) throws IOException {
        Files.writeString(directory.resolve("trust.crt"), authorities);
    }

    private void looks() {
        ours.look();
        ours.look();
    }

    private StowConnector connector() {
        Duration limit = Duration.ofSeconds(20);
        TlsSettings files = new TlsSettings(
                Optional.of(new IdentityFiles.Pem(
                        directory.resolve("gateway.crt"), directory.resolve("gateway.key"), Optional.empty())),
                List.of(directory.resolve("trust.crt")),
                TlsProfile.BCP_195);
        DestinationSettings destination = Destinations.web(
                "web",
                Destinations.dicomWeb(
                        URI.create("https://localhost:" + server.getAddress().getPort() + "/dicom-web"),
                        Optional.empty(),
                        Optional.empty(),
                        WhenExists.COMPARE),
                new RequestorSettings(
                        limit,
                        limit,
                        limit,
                        limit,
                        limit,
                        16384,
                        Optional.of(new ClientTls(files, true, Optional.empty()))));
        return new StowConnector(
                destination,
                WebAccess.to(destination, ours),
                destination.requestor(),
                (to, claim, sentAs) -> new HeldCopy.Answer(HeldCopy.Kind.UNKNOWN, ""),
                InstantSource.system());
    }

    private Outcome store(InputStream dataset) {
        try (StoreConnection connection = connector.open(StowConnectorTest.US, List.of(StowConnectorTest.PAIR))) {
            return StowConnectorTest.store(
                    connection,
                    StowConnectorTest.claim(SIZE),
                    new Outgoing(StowConnectorTest.PAIR, StowConnectorTest.SOP, SIZE, dataset, Optional.empty()));
        } catch (AssociationException e) {
            throw new UncheckedIOException(new IOException(e));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Outcome store() {
        return store(new ByteArrayInputStream(new byte[SIZE]));
    }

    @Test
    void no_request_fails_while_the_certificate_is_renewed_and_then_the_trust() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Outcome> begun = CompletableFuture.supplyAsync(() -> store(new Waiting(goOn)), threads);
        List<CompletableFuture<Void>> flows = List.of(flow(enough), flow(enough));
        awaitMore();
        assertThat(shown).containsOnly(serial(first));

        take(second);
        trust(Files.readString(first.authority()) + Files.readString(second.authority()));
        looks();
        assertThat(store()).isEqualTo(new Delivered(0));
        awaitMore();
        assertThat(shown.get(shown.size() - 1)).isEqualTo(serial(second));

        // The server's authority is no longer trusted: who has begun is served, and then nobody.
        enough.set(true);
        flows.forEach(CompletableFuture::join);
        trust(Files.readString(second.authority()));
        looks();
        assertThatThrownBy(this::store).hasStackTraceContaining("no TLS connection");
        goOn.countDown();
        assertThat(begun.get(20, TimeUnit.SECONDS)).isEqualTo(new Delivered(0));
        assertThat(shown.get(shown.size() - 1)).as("the one that had begun").isEqualTo(serial(first));
        trust(Files.readString(first.authority()));
        looks();
        assertThat(store()).isEqualTo(new Delivered(0));
    }

    private CompletableFuture<Void> flow(AtomicBoolean enough) {
        return CompletableFuture.runAsync(
                () -> {
                    while (!enough.get()) {
                        assertThat(store()).isEqualTo(new Delivered(0));
                    }
                },
                threads);
    }

    private void awaitMore() throws InterruptedException {
        int now = shown.size();
        for (int i = 0; i < 1_000 && shown.size() < now + 6; i++) {
            Thread.sleep(10);
        }
        assertThat(shown).hasSizeGreaterThanOrEqualTo(now + 6);
    }

    private static String serial(Certificates certificates) throws Exception {
        try (InputStream in = Files.newInputStream(certificates.certificate("gateway"))) {
            return ((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in))
                    .getSerialNumber()
                    .toString();
        }
    }

    /** A dataset whose second half comes when the test says so. */
    private static final class Waiting extends SequenceInputStream {
        private Waiting(CountDownLatch goOn) {
            super(new ByteArrayInputStream(new byte[SIZE / 2]), new ByteArrayInputStream(new byte[SIZE / 2]) {
                @Override
                public synchronized int read(byte[] to, int offset, int length) {
                    try {
                        goOn.await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return super.read(to, offset, length);
                }
            });
        }
    }
}
