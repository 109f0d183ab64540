package org.dicomgateway.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.LogLines;
import org.dicomgateway.testkit.TestFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Access control as configured, with DCMTK as the peers. */
@Timeout(120)
class AccessIT {

    /** With few iterations. */
    private static final String OPEN_SESAME =
            "pbkdf2-sha512:10000:MDEyMzQ1Njc4OWFiY2RlZg==:S8jgv4tnc2uarvE3/FKKPn688BjtAffgeRLNNFJO4rI=";

    private static final Duration TIME = Duration.ofSeconds(20);

    private final RejectedSenders rejected = new RejectedSenders(new ForwardLog(), InstantSource.system());

    @TempDir
    private Path directory;

    private final List<CStoreRequest> received = Collections.synchronizedList(new ArrayList<>());
    private final LogLines log = new LogLines("org.dicomgateway");
    private final List<Acceptor> acceptors = new ArrayList<>();
    private TestFiles files;

    @BeforeEach
    void prepare_files() {
        files = new TestFiles(directory.resolve("files"), 17);
    }

    @AfterEach
    void stop() {
        acceptors.forEach(Acceptor::close);
        log.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CT1    | GATEWAY | yes             |
            CT1    | OTHER   | Called AE Title Not Recognized  | 1/1/7 (called AE title OTHER is not configured
            CT1    | PACS    | Called AE Title Not Recognized  | 1/1/7 (access ct: CT1 may not call PACS)
            MR1    | GATEWAY | Calling AE Title Not Recognized | 1/1/3 (access ct: does not permit the calling AE title MR1
            REMOTE | GATEWAY | No Reason       | 1/1/1 (access remote: REMOTE may not call from 127.0.0.1)
            SECURE | GATEWAY | No Reason       | 1/1/1 (access secure: SECURE may not call with no certificate)
            MOBILE | GATEWAY | No Reason       | 1/1/1 (access mobile: MOBILE may not call without a user and passcode)
            """)
    void each_list_refuses_what_it_should_with_its_reason(String calling, String called, String answer, String line)
            throws Exception {
        Peer to = start("""
                ae-titles = [GATEWAY, PACS]
                access = [
                  { name = ct, calling-ae = "CT*", called-ae = GATEWAY, remote-host = "127.0.0.0/8" }
                  { name = remote, calling-ae = REMOTE, remote-host = ["10.1.0.0/16", "fd00::/8"] }
                  { name = secure, calling-ae = SECURE, certificate = "CN=*" }
                  { name = mobile, calling-ae = MOBILE, user = alice }
                ]
                """);

        Dcmtk.Result result =
                Dcmtk.echoscu(new Peer(AeTitle.of(called), to.host(), to.port()), AeTitle.of(calling), "-d");

        assertThat(result.succeeded()).as(result.output()).isEqualTo(answer.equals("yes"));
        if (!answer.equals("yes")) {
            assertThat(result.output())
                    .contains("Rejected Permanent")
                    .contains("Service User")
                    .contains(answer);
            assertThat(log.all())
                    .anyMatch(
                            text -> text.contains(calling + "@127.0.0.1#1: rejected, called " + called + ": " + line));
            assertThat(rejected.latest())
                    .extracting(RejectedSenders.Sender::peer)
                    .singleElement()
                    .satisfies(peer -> {
                        assertThat(peer.callingAe()).isEqualTo(calling);
                        assertThat(peer.calledAe()).isEqualTo(called);
                        assertThat(peer.remoteHost()).isEqualTo("127.0.0.1");
                        assertThat(peer.code() + " (" + peer.reason() + ")").startsWith(line);
                    });
        }
    }

    @Test
    void a_peer_that_sends_no_association_request_is_counted_and_one_that_sends_nothing_is_not() throws Exception {
        Peer to = start("ae-titles = GATEWAY");

        new Socket(to.host(), to.port()).close();
        try (Socket withTls = new Socket(to.host(), to.port())) {
            withTls.getOutputStream().write(Arrays.copyOf(new byte[] {22, 3, 1, 0, 64, 1}, 70));
        }

        await().untilAsserted(() -> assertThat(rejected.latest())
                .singleElement()
                .satisfies(sender -> {
                    assertThat(sender.count()).isOne();
                    assertThat(sender.peer().remoteHost()).isEqualTo("127.0.0.1");
                    assertThat(sender.peer().code()).isEqualTo(RefusedPeer.CLOSED);
                    assertThat(sender.peer().reason()).startsWith("closed before it was associated, ended: A-ABORT");
                }));
        assertThat(log.all())
                .anyMatch(line -> line.endsWith("#1: closed before it was associated, the peer closed the connection"));
    }

    @Test
    void a_certificate_is_bound_to_AE_titles() throws Exception {
        Certificates certificates = new Certificates(directory.resolve("tls")).make("gateway", "ct1", "ct2");
        Peer to = start("""
                tls { enabled = true, certificate = tls/gateway.crt, key = tls/gateway.key, trust = tls/ca.crt }
                access = [
                  { name = one, calling-ae = CT1, certificate = "CN=ct1" }
                  { name = two, calling-ae = CT2, certificate = "dns:ct2" }
                ]
                """);

        Dcmtk.echoscu(to, AeTitle.of("CT1"), certificates.dcmtk("ct1")).orFail();
        Dcmtk.echoscu(to, AeTitle.of("CT2"), certificates.dcmtk("ct2")).orFail();
        Dcmtk.Result borrowed = Dcmtk.echoscu(to, AeTitle.of("CT1"), certificates.dcmtk("ct2"));

        assertThat(borrowed.succeeded()).isFalse();
        assertThat(log.all())
                .anyMatch(text -> text.contains("1/1/1 (access one: CT1 may not call with the certificate CN=ct2)"));
    }

    @Test
    void a_user_is_verified_and_told_so_and_guessing_is_throttled() throws Exception {
        Peer to = start("access = [ { name = mobile, user = alice } ]");
        AeTitle mobile = AeTitle.of("MOBILE");
        Path file = files.single(2_000).path();
        String[] right = {"--user", "alice", "--password", "open sesame", "--pos-response"};
        String[] wrong = {"--user", "alice", "--password", "sesame", "--pos-response"};

        Dcmtk.storescu(to, mobile, List.of(file), right).orFail();
        Dcmtk.Result missing = Dcmtk.storescu(to, mobile, List.of(file));
        List<Dcmtk.Result> guesses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            guesses.add(Dcmtk.storescu(to, mobile, List.of(file), wrong));
        }
        Dcmtk.Result unheard = Dcmtk.storescu(to, mobile, List.of(file), right);

        // On a busy machine the block can have passed before the right passcode comes.
        assertThat(received).hasSize(unheard.succeeded() ? 2 : 1);
        assertThat(missing.output()).contains("Rejected Permanent");
        assertThat(guesses).noneMatch(Dcmtk.Result::succeeded);
        assertThat(guesses.get(0).output()).contains("Rejected Permanent");
        assertThat(log.all())
                .anyMatch(text -> text.contains("1/1/1 (user identity: wrong user or passcode, user alice)"))
                .anyMatch(text -> text.contains("2/3/1 (user identity: too many wrong passcodes from 127.0.0.1"))
                .noneMatch(text -> text.contains("sesame"));
        assertThat(guesses).anyMatch(guess -> guess.output().contains("Rejected Transient"));
        // Heard again after the block, which eight guesses have made a few seconds long at most.
        await().atMost(TIME)
                .until(() -> Dcmtk.storescu(to, mobile, List.of(file), right).succeeded());
    }

    @Test
    void a_sender_sends_only_the_SOP_classes_it_may() throws Exception {
        Peer to = start("access = [ { name = mr, sop-class = MR Image Storage } ]");

        Dcmtk.Result ct = Dcmtk.storescu(
                to, AeTitle.of("CT1"), List.of(files.single(2_000).path()));

        assertThat(ct.succeeded()).isFalse();
        assertThat(ct.output()).contains("No Acceptable Presentation Contexts");
        Dcmtk.echoscu(to, AeTitle.of("CT1")).orFail();
        assertThat(received).isEmpty();
    }

    @Test
    void a_modality_that_offers_more_than_one_transfer_syntax_sends_what_the_listener_prefers() throws Exception {
        assertThat(acceptedOfJpegLosslessAndUncompressed(start("transfer-syntaxes = any")))
                .isEqualTo("JPEGLossless:Non-hierarchical-1stOrderPrediction");
        assertThat(acceptedOfJpegLosslessAndUncompressed(start("transfer-syntaxes = [ExplicitVRLittleEndian]")))
                .isEqualTo("LittleEndianExplicit");
        assertThat(acceptedOfJpegLosslessAndUncompressed(start("""
                        transfer-syntaxes = [ExplicitVRLittleEndian]
                        access = [ { name = ct, transfer-syntaxes = [ImplicitVRLittleEndian, ExplicitVRLittleEndian] } ]
                        """))).isEqualTo("LittleEndianImplicit");
        assertThat(acceptedOfJpegLosslessAndUncompressed(start("transfer-syntaxes = [RLELossless]")))
                .isEqualTo("none");
    }

    /** Of one context with JPEG Lossless first: what was accepted. */
    private String acceptedOfJpegLosslessAndUncompressed(Peer to) {
        String output = Dcmtk.run(
                        "storescu",
                        "-d",
                        "-R",
                        "-xs",
                        "+C",
                        "-aet",
                        "CT1",
                        "-aec",
                        to.aeTitle().value(),
                        to.host(),
                        Integer.toString(to.port()),
                        files.single(2_000).path().toString())
                .output();
        return output.lines()
                .filter(line -> line.contains("Accepted Transfer Syntax: ="))
                .map(line -> line.substring(line.indexOf('=') + 1).strip())
                .findFirst()
                .orElse(output.contains("No Acceptable Presentation Contexts") ? "none" : output);
    }

    @Test
    void too_large_an_instance_is_refused_and_the_next_one_taken() throws Exception {
        Peer to = start("access = [ { name = ct, max-instance-size = 100 KiB } ]");
        List<Path> all = List.of(
                files.single(2_000).path(),
                files.single(500_000).path(),
                files.single(3_000).path());

        Dcmtk.Result result = Dcmtk.storescu(to, AeTitle.of("CT1"), all, "-v", "--no-halt");

        assertThat(received).hasSize(2);
        assertThat(result.output()).containsIgnoringCase("0x124");
        assertThat(log.all()).anyMatch(text -> text.contains("access ct: CT1: the dataset has more than 102400 bytes"));
    }

    @Test
    void more_than_an_association_may_carry_ends_it() throws Exception {
        Peer to = start("access = [ { name = ct, max-association-size = 100 KiB } ]");
        List<Path> all =
                Stream.generate(() -> files.single(40_000).path()).limit(4).toList();

        Dcmtk.Result result = Dcmtk.storescu(to, AeTitle.of("CT1"), all);

        assertThat(result.succeeded()).isFalse();
        assertThat(received).hasSize(2);
        assertThat(log.all()).anyMatch(text -> text.contains("(max-association-size)"));
    }

    @Test
    void a_peer_at_its_limits_does_not_slow_another() throws Exception {
        Peer to = start("""
                access = [
                  { name = slow, calling-ae = SLOW, max-associations = 1, max-rate { instances = 2 } }
                  { name = rest }
                ]
                """);
        List<Path> hundred =
                Stream.generate(() -> files.single(2_000).path()).limit(100).toList();
        try (Child sending = Dcmtk.startStorescu(directory.resolve("slow.log"), to, AeTitle.of("SLOW"), hundred)) {
            await().atMost(TIME).until(() -> received.size() >= 3);
            Dcmtk.Result second = Dcmtk.echoscu(to, AeTitle.of("SLOW"), "-d");
            long begin = System.nanoTime();
            Dcmtk.storescu(to, AeTitle.of("QUICK"), hundred).orFail();
            Duration took = Duration.ofNanos(System.nanoTime() - begin);

            assertThat(second.output()).contains("Rejected Transient").contains("Local Limit Exceeded");
            assertThat(log.all())
                    .anyMatch(text -> text.contains(
                            "2/3/2 (access slow: all 1 associations of 127.0.0.1 are in use (max-associations))"));
            assertThat(of("QUICK")).isEqualTo(100);
            // Two a second, and as many saved up at the beginning: far from a hundred by now.
            assertThat(of("SLOW")).isLessThan(10 + 2 * took.toSeconds());
            assertThat(sending.isAlive()).isTrue();
        }
    }

    private long of(String calling) {
        return List.copyOf(received).stream()
                .filter(request -> request.origin().calling().value().equals(calling))
                .count();
    }

    private Peer start(String listener) throws Exception {
        Path file = Files.writeString(directory.resolve("gateway.conf"), """
                gateway.users { alice { password-hash = "%s" } }
                gateway.listeners.dicom {
                  port = 0
                %s
                }
                """.formatted(OPEN_SESAME, listener));
        GatewaySettings settings = Configuration.load(file);
        ListenerSettings dicom = settings.listeners().get(0);
        InstantSource clock = InstantSource.system();
        AccessControl access = new AccessControl(dicom, new Identities(settings.users(), Ticker.systemTicker()), clock);
        AssociationGate gate = new AssociationGate(dicom.aeTitles(), access, new OpenIntake(), rejected);
        Acceptor acceptor = Acceptors.of(dicom.acceptor(), gate, this::keep);
        acceptors.add(acceptor);
        acceptor.start();
        return new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", acceptor.address().getPort());
    }

    private CStoreResponse keep(CStoreRequest request) throws IOException {
        request.dataset().readAllBytes();
        received.add(request);
        return CStoreResponse.SUCCESS;
    }

    /** Only asked whether it is open. */
    private static final class OpenIntake implements Intake {
        @Override
        public Optional<String> closedBecause() {
            return Optional.empty();
        }

        @Override
        public Accepted accept(Arrival arrival, InputStream dataset) {
            throw new IllegalStateException("the test keeps what is stored");
        }
    }
}
