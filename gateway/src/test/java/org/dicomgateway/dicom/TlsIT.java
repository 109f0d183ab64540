package org.dicomgateway.dicom;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PeerCertificate;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.security.ClientTls;
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
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with DCMTK, OpenSSL and Orthanc on the other side. */
@Timeout(120)
class TlsIT {

    private static final AeTitle MODALITY = AeTitle.of("MODALITY");
    private static final Duration TIME = ofSeconds(15);

    @TempDir
    private static Path shared;

    private static Certificates ours;
    private static Certificates foreign;

    @TempDir
    private Path directory;

    private final List<byte[]> received = Collections.synchronizedList(new ArrayList<>());
    private final List<AssociationRequest> asked = Collections.synchronizedList(new ArrayList<>());
    private final TlsContexts contexts = new TlsContexts(InstantSource.system());
    private final LogLines log = new LogLines("org.dicomgateway");
    private final List<Acceptor> acceptors = new ArrayList<>();

    @BeforeAll
    static void make_certificates() {
        ours = new Certificates(shared.resolve("ours"))
                .make("gateway", "modality")
                .makeExpired("old");
        foreign = new Certificates(shared.resolve("foreign")).make("gateway", "modality");
    }

    @AfterEach
    void stop() {
        acceptors.forEach(Acceptor::close);
        log.close();
    }

    @Test
    void storescu_with_a_good_certificate_is_served_byte_for_byte() throws IOException {
        Acceptor acceptor = start(ClientAuthentication.REQUIRED, TlsProfile.BCP_195);
        Path file = new TestFiles(directory, 7).single(300_000).path();

        Dcmtk.storescu(peer(acceptor), MODALITY, List.of(file), ours.dcmtk("modality"))
                .orFail();

        byte[] all = Files.readAllBytes(file);
        assertThat(received).hasSize(1);
        assertThat(all).endsWith(received.get(0));
        assertThat(asked).singleElement().satisfies(request -> {
            PeerCertificate shown = request.certificate().orElseThrow();
            assertThat(shown.subject()).isEqualTo("CN=modality");
            assertThat(shown.names()).containsExactly("dns:modality", "dns:localhost", "ip:127.0.0.1");
        });
        assertThat(log.all())
                .anyMatch(line -> line.contains(": accepted, called GATEWAY")
                        && line.contains("TLSv1.3 TLS_AES_256_GCM_SHA384, certificate CN=modality"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none     | Empty client certificate chain
            expired  | CertificateExpiredException
            foreign  | unable to find valid certification path
            tls1.1   | Client requested protocol TLSv1.1 is not enabled
            weak     | no cipher suites in common
            plain    | TLS: the peer does not speak TLS
            """)
    void who_should_not_be_served_is_refused_and_the_log_says_why(String client, String why) throws IOException {
        Acceptor acceptor = start(ClientAuthentication.REQUIRED, TlsProfile.BCP_195);
        Peer to = peer(acceptor);
        String trust = ours.authority().toString();
        Dcmtk.Result result = switch (client) {
            case "none" -> Dcmtk.echoscu(to, MODALITY, "+tla", "+cf", trust);
            case "expired" -> Dcmtk.echoscu(to, MODALITY, ours.dcmtk("old"));
            case "foreign" ->
                Dcmtk.echoscu(
                        to,
                        MODALITY,
                        "+tls",
                        foreign.key("modality").toString(),
                        foreign.certificate("modality").toString(),
                        "+cf",
                        trust);
            case "tls1.1" -> openssl(to, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
            case "weak" -> openssl(to, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0");
            default -> Dcmtk.echoscu(to, MODALITY);
        };

        assertThat(result.succeeded()).as(result.output()).isFalse();
        await().atMost(TIME)
                .untilAsserted(() -> assertThat(log.all())
                        .anyMatch(line -> line.startsWith("?@127.0.0.1#1: refused: ") && line.contains(why)));
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"REQUIRED", "OPTIONAL", "NONE"})
    void clients_show_a_certificate_when_they_must(ClientAuthentication clients) throws IOException {
        Acceptor acceptor = start(clients, TlsProfile.BCP_195);

        Dcmtk.Result with = Dcmtk.echoscu(peer(acceptor), MODALITY, ours.dcmtk("modality"));
        Dcmtk.Result without = Dcmtk.echoscu(
                peer(acceptor), MODALITY, "+tla", "+cf", ours.authority().toString());

        assertThat(with.succeeded()).as(with.output()).isTrue();
        assertThat(without.succeeded()).isEqualTo(clients != ClientAuthentication.REQUIRED);
        assertThat(asked.get(0).certificate().isPresent()).isEqualTo(clients != ClientAuthentication.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BCP_195", "STRICT"})
    void nothing_below_TLS_1_2_is_offered_and_only_suites_of_the_profile(TlsProfile profile) throws IOException {
        Acceptor acceptor = start(ClientAuthentication.NONE, profile);
        Peer to = peer(acceptor);
        boolean strict = profile == TlsProfile.STRICT;

        assertThat(openssl(to, "-tls1", "-cipher", "ALL:@SECLEVEL=0").succeeded())
                .isFalse();
        assertThat(openssl(to, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0").succeeded())
                .isFalse();
        assertThat(openssl(to, "-tls1_2", "-cipher", "ALL:@SECLEVEL=0").output())
                .contains("ECDHE-ECDSA-AES256-GCM-SHA384");
        assertThat(openssl(to, "-tls1_3").output()).contains("TLS_AES_256_GCM_SHA384");
        assertThat(openssl(to, "-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305")
                        .succeeded())
                .isEqualTo(strict);
        // All that OpenSSL has but what a profile may have.
        String others = "ALL:!ECDHE+AESGCM:!CHACHA20:@SECLEVEL=0";
        assertThat(openssl(to, "-tls1_2", "-cipher", others).succeeded()).isFalse();
    }

    @Test
    void who_never_says_a_word_of_TLS_keeps_nobody_waiting() throws IOException {
        Acceptor acceptor = start(ClientAuthentication.REQUIRED, TlsProfile.BCP_195);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                silent.add(new Socket(
                        InetAddress.getLoopbackAddress(), acceptor.address().getPort()));
            }
            Dcmtk.echoscu(peer(acceptor), MODALITY, ours.dcmtk("modality")).orFail();
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void a_renewed_certificate_is_served_from_then_on_and_a_broken_one_is_not() throws Exception {
        Certificates own = new Certificates(directory.resolve("own")).make("gateway");
        Acceptor acceptor = start(own, ClientAuthentication.NONE, TlsProfile.BCP_195);
        String first = serialServed(acceptor);

        own.make("gateway");
        contexts.look();
        contexts.look();
        String second = serialServed(acceptor);
        Files.writeString(own.certificate("gateway"), "no certificate\n");
        contexts.look();
        contexts.look();

        assertThat(second).isNotEqualTo(first);
        assertThat(serialServed(acceptor)).isEqualTo(second);
        assertThat(log.all())
                .anyMatch(line -> line.startsWith("certificates and keys were renewed"))
                .anyMatch(line ->
                        line.contains("the earlier ones stay in use") && line.contains("gateway.crt: contains"));
    }

    @Test
    void orthanc_is_sent_to_with_mutual_authentication_and_an_impostor_gets_nothing() throws Exception {
        Certificates archive = new Certificates(shared.resolve("ours"))
                .make("orthanc")
                .makeForHost("archive.example.org", "other-host");
        try (OrthancServer genuine = orthanc("GENUINE", archive, "orthanc");
                OrthancServer impostor = orthanc("IMPOSTOR", archive, "other-host")) {
            Requestor verifying = Requestor.of(requestor(ours, "gateway", true), contexts);

            assertThat(store(verifying, genuine.peer())).isZero();
            AssociationException refused =
                    catchThrowableOfType(AssociationException.class, () -> store(verifying, impostor.peer()));
            AssociationException unknown = catchThrowableOfType(
                    AssociationException.class,
                    () -> store(Requestor.of(requestor(foreign, "gateway", true), contexts), genuine.peer()));

            assertThat(genuine.instances()).isEqualTo(1);
            assertThat(impostor.instances()).isZero();
            assertThat(refused.reason()).isEqualTo(AssociationException.Cause.CONNECT);
            assertThat(refused).hasMessageContaining("No subject alternative names matching IP address 127.0.0.1");
            assertThat(unknown).hasMessageContaining("unable to find valid certification path");
            assertThat(store(Requestor.of(requestor(ours, "gateway", false), contexts), impostor.peer()))
                    .as("the test's own check: without verification it would have got it")
                    .isZero();
        }
    }

    private static OrthancServer orthanc(String title, Certificates certificates, String name) throws IOException {
        Path home = Files.createTempDirectory(shared, title);
        return OrthancServer.start(
                home,
                title,
                Map.<String, Object>of(
                        "DicomTlsEnabled", true,
                        "DicomTlsCertificate", certificates.certificate(name).toString(),
                        "DicomTlsPrivateKey", certificates.key(name).toString(),
                        "DicomTlsTrustedCertificates", certificates.authority().toString(),
                        "DicomTlsRemoteCertificateRequired", true));
    }

    private int store(Requestor requestor, Peer peer) throws Exception {
        Path file = new TestFiles(directory, 11).single(20_000).path();
        byte[] all = Files.readAllBytes(file);
        Part10.File meta;
        try (var in = Files.newInputStream(file)) {
            meta = Part10.read(in);
        }
        PresentationPair pair = new PresentationPair(meta.sopClass(), meta.transferSyntax());
        int offset = (int) meta.datasetOffset();
        try (OpenAssociation association = requestor.open(peer, OrthancServer.GATEWAY, List.of(pair))) {
            return association.cStore(
                    pair, meta.sopInstance(), new ByteArrayInputStream(all, offset, all.length - offset));
        }
    }

    private static RequestorSettings requestor(Certificates certificates, String name, boolean verify) {
        RequestorSettings plain = Limits.requestor();
        return new RequestorSettings(
                plain.connectTimeout(),
                plain.associationTimeout(),
                plain.responseTimeout(),
                plain.writeTimeout(),
                plain.releaseTimeout(),
                plain.maxPduLength(),
                Optional.of(new ClientTls(tls(certificates, name, TlsProfile.BCP_195), verify, Optional.empty())));
    }

    private static TlsSettings tls(Certificates certificates, String name, TlsProfile profile) {
        return new TlsSettings(
                Optional.of(new IdentityFiles.Pem(
                        certificates.certificate(name), certificates.key(name), Optional.empty())),
                List.of(certificates.authority()),
                profile);
    }

    private Acceptor start(ClientAuthentication clients, TlsProfile profile) throws IOException {
        return start(ours, clients, profile);
    }

    private Acceptor start(Certificates certificates, ClientAuthentication clients, TlsProfile profile)
            throws IOException {
        AcceptorSettings settings = new AcceptorSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                10,
                OptionalInt.empty(),
                TIME,
                TIME,
                TIME,
                OptionalLong.empty(),
                TIME,
                128 * 1024,
                Optional.of(new ServerTls(tls(certificates, "gateway", profile), clients)));
        Acceptor acceptor =
                new Acceptor(settings, contexts, this::admit, this::keep, Optional.empty(), Acceptors.NO_REPORTS);
        acceptors.add(acceptor);
        acceptor.start();
        return acceptor;
    }

    private AssociationAnswer admit(AssociationRequest request) {
        asked.add(request);
        return Admission.UNLIMITED;
    }

    private CStoreResponse keep(CStoreRequest request) throws IOException {
        received.add(request.dataset().readAllBytes());
        return CStoreResponse.SUCCESS;
    }

    private static Peer peer(Acceptor acceptor) {
        return new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", acceptor.address().getPort());
    }

    /** A handshake and nothing else; it fails when there is none. */
    private static Dcmtk.Result openssl(Peer to, String... options) {
        List<String> arguments = new ArrayList<>(List.of("5", "openssl", "s_client", "-brief", "-connect"));
        arguments.add(to.host() + ":" + to.port());
        arguments.addAll(List.of(options));
        return Dcmtk.run(TIME, "timeout", arguments.toArray(String[]::new));
    }

    private static String serialServed(Acceptor acceptor) {
        Dcmtk.Result shown = Dcmtk.run(
                TIME,
                "sh",
                "-c",
                "openssl s_client -connect 127.0.0.1:" + acceptor.address().getPort()
                        + " </dev/null 2>/dev/null | openssl x509 -noout -serial");
        return shown.orFail().output();
    }
}
