package org.dicomgateway.dicom;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on a DICOM port over TLS by who has no certificate, or a good one and bad intentions. */
@Timeout(120)
class TlsAttackIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration LIMIT = ofSeconds(3);
    private static final Duration SOON = LIMIT.plusSeconds(10);
    private static final int ATTACKERS = 12;

    @TempDir
    private static Path shared;

    private static Certificates certificates;

    private final LogLines log = new LogLines("org.dicomgateway");
    private final List<Socket> attackers = new ArrayList<>();
    private Acceptor acceptor;

    @BeforeAll
    static void make_certificates() {
        certificates = new Certificates(shared.resolve("tls")).make("gateway", "modality");
    }

    @BeforeEach
    void start() throws IOException {
        acceptor = start(ClientAuthentication.REQUIRED);
    }

    private static Acceptor start(ClientAuthentication clients) throws IOException {
        AcceptorSettings settings = new AcceptorSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                // A quarter is kept for addresses from which an instance came.
                2 * ATTACKERS,
                OptionalInt.empty(),
                LIMIT,
                LIMIT,
                LIMIT,
                OptionalLong.empty(),
                LIMIT,
                128 * 1024,
                Optional.of(new ServerTls(
                        new TlsSettings(
                                Optional.of(new IdentityFiles.Pem(
                                        certificates.certificate("gateway"),
                                        certificates.key("gateway"),
                                        Optional.empty())),
                                List.of(certificates.authority()),
                                TlsProfile.BCP_195),
                        clients)));
        Acceptor made = new Acceptor(
                settings,
                new TlsContexts(InstantSource.system()),
                request -> Admission.UNLIMITED,
                request -> CStoreResponse.SUCCESS,
                Optional.empty(),
                Acceptors.NO_REPORTS);
        made.start();
        return made;
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket attacker : attackers) {
            attacker.close();
        }
        acceptor.close();
        log.close();
    }

    @Test
    void handshakes_that_stall_or_drip_are_ended_in_time_and_hold_up_nobody() {
        // A ClientHello of which a byte comes now and then: all of them together must be in time.
        byte[] hello = {22, 3, 1, 1, 0, 1, 0, 0, (byte) 252, 3, 3};
        repeatedly(Arrays.copyOf(hello, 5 + 256), 1, Duration.ofMillis(100));
        assertServedAndAttackersEnded();
    }

    @Test
    void a_flood_of_empty_records_is_ended_in_time_and_holds_up_nobody() {
        repeatedly(new byte[] {22, 3, 1, 0, 0}, 5, Duration.ofMillis(1));
        assertServedAndAttackersEnded();
    }

    @Test
    void a_flood_of_warnings_is_ended_in_time_and_holds_up_nobody() {
        repeatedly(new byte[] {21, 3, 1, 0, 2, 1, 90}, 7, Duration.ofMillis(1));
        assertServedAndAttackersEnded();
    }

    @Test
    void records_that_claim_much_are_refused() {
        repeatedly(new byte[] {22, 3, 1, (byte) 0xFF, (byte) 0xFF, 1}, 6, Duration.ofMillis(50));
        assertServedAndAttackersEnded();
    }

    @Test
    void what_is_no_TLS_gets_no_byte_of_DICOM() throws Exception {
        byte[] associate = new byte[1000];
        associate[0] = 1;
        associate[5] = (byte) 200;
        try (Socket socket = connect()) {
            socket.getOutputStream().write(associate);
            byte[] answer = new byte[1000];
            int length;
            try {
                length = socket.getInputStream().readNBytes(answer, 0, answer.length);
            } catch (IOException e) {
                length = 0;
            }
            // A TLS alert at most.
            assertThat(length == 0 || answer[0] == 21).isTrue();
        }
        echo();
    }

    @Test
    void a_client_cannot_have_the_keys_agreed_on_again_and_again() throws Exception {
        KeyStore keys = keys(1);
        try (SSLSocket socket = connect(keys, "TLSv1.2")) {
            socket.startHandshake();
            socket.startHandshake();
            assertThatThrownBy(() -> {
                        socket.getOutputStream().write(0);
                        int answer = socket.getInputStream().read();
                        assertThat(answer).as("the end").isEqualTo(-1);
                        throw new IOException("closed");
                    })
                    .isInstanceOf(IOException.class);
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(log.all()).anyMatch(line -> line.contains("renegotiation")));
        echo();
    }

    @Test
    void a_chain_of_a_thousand_certificates_is_refused() throws Exception {
        for (int length : List.of(30, 1000)) {
            try (SSLSocket socket = connect(keys(length), "TLSv1.2")) {
                assertThatThrownBy(() -> {
                            socket.startHandshake();
                            if (socket.getInputStream().read() < 0) {
                                throw new IOException("closed");
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(log.all())
                        .filteredOn(line -> line.contains(": refused: "))
                        .hasSize(2));
        echo();
    }

    private void assertServedAndAttackersEnded() {
        echo();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(acceptor.openAssociations()).isZero());
        echo();
    }

    private void echo() {
        Peer to =
                new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", acceptor.address().getPort());
        Dcmtk.echoscu(to, MODALITY, certificates.dcmtk("modality")).orFail();
    }

    /** From a dozen connections, until each is closed, and for half a minute at most. */
    private void repeatedly(byte[] bytes, int atOnce, Duration pause) {
        for (int i = 0; i < ATTACKERS; i++) {
            Socket socket = connect();
            Thread thread = new Thread(() -> send(socket, bytes, atOnce, pause));
            thread.setDaemon(true);
            thread.start();
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(log.all().size() + acceptor.openAssociations())
                        .isPositive());
    }

    private static void send(Socket socket, byte[] bytes, int atOnce, Duration pause) {
        long end = System.nanoTime() + ofSeconds(30).toNanos();
        try {
            for (int at = 0; System.nanoTime() < end; at = (at + atOnce) % bytes.length) {
                socket.getOutputStream().write(bytes, at, Math.min(atOnce, bytes.length - at));
                Thread.sleep(pause.toMillis());
            }
        } catch (IOException e) {
            // Ended, as it should be.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect() {
        try {
            Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), acceptor.address().getPort());
            socket.setSoTimeout((int) SOON.toMillis());
            attackers.add(socket);
            return socket;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private SSLSocket connect(KeyStore keys, String protocol) throws Exception {
        KeyManagerFactory ours = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        ours.init(keys, PASSWORD);
        TrustManagerFactory theirs = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", certificate(certificates.authority()));
        theirs.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] unconditional = {new Unconditional((X509ExtendedKeyManager) ours.getKeyManagers()[0])};
        context.init(unconditional, theirs.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(
                        InetAddress.getLoopbackAddress(), acceptor.address().getPort());
        socket.setEnabledProtocols(new String[] {protocol});
        socket.setSoTimeout((int) SOON.toMillis());
        attackers.add(socket);
        return socket;
    }

    private static final char[] PASSWORD = "secret".toCharArray();

    /** The modality's key, with its certificate and as many copies of the authority's after it as make this length. */
    private static KeyStore keys(int length) throws Exception {
        PrivateKey key = java.security.KeyFactory.getInstance("EC")
                .generatePrivate(new java.security.spec.PKCS8EncodedKeySpec(pem(certificates.key("modality"))));
        X509Certificate[] chain = new X509Certificate[length];
        Arrays.fill(chain, certificate(certificates.authority()));
        chain[0] = certificate(certificates.certificate("modality"));
        KeyStore keys = KeyStore.getInstance("JKS");
        keys.load(null, null);
        keys.setKeyEntry("modality", key, PASSWORD, new X509Certificate[] {chain[0]});
        Unconditional.chain = chain;
        return keys;
    }

    private static byte[] pem(Path file) throws IOException {
        String text = Files.readString(file).replaceAll("-----[^-]+-----", "").replaceAll("\\s", "");
        return java.util.Base64.getDecoder().decode(text);
    }

    private static X509Certificate certificate(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** Shows the chain that a test wants shown, whatever the server asks for. */
    private static final class Unconditional extends X509ExtendedKeyManager {

        private static X509Certificate[] chain = {};

        private final X509ExtendedKeyManager keys;

        private Unconditional(X509ExtendedKeyManager keys) {
            this.keys = keys;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "modality";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return keys.getPrivateKey(alias);
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"modality"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            throw new UnsupportedOperationException("a client");
        }
    }
}
