package org.dicomgateway.dicom;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.acceptor.AssociationMemory;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.wire.AssociateGuard;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.jvm.HeapFuzzer;
import org.dicomgateway.testkit.jvm.HeapFuzzer.Worst;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Whatever is sent before anybody is let in, it holds no more heap than {@link AssociationMemory} says: found by
 * trial, {@code -Dfuzz.tries=2000 -Dfuzz.seed=7} for more, and others.
 */
class HeapFuzzIT {

    /** Much of each of the first genes by itself: roles among them. */
    private static final int TRIES = Integer.getInteger("fuzz.tries", 6);

    /** Less than the worst requests are known to hold. */
    private static final int AGAIN = 4;

    private static final long VISIBLE = 32 << 10;

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int MOST_BYTES = AssociateGuard.MAX_LENGTH;
    private static final int ROOM = MOST_BYTES - 500;
    private static final int WAITS_FOR_AN_ANSWER = 1;
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.dicomgateway.dicom");
    private static final Logger TOOLKIT_LOG = (Logger) LoggerFactory.getLogger("org.aoju");

    private volatile CountDownLatch over = new CountDownLatch(1);

    @BeforeEach
    void be_quiet() {
        LOG.setLevel(Level.OFF);
        TOOLKIT_LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void speak_again() {
        over.countDown();
        LOG.setLevel(null);
        TOOLKIT_LOG.setLevel(null);
    }

    /** Contexts, their syntaxes, lengths of their UIDs, roles, … and how far it is sent: see {@link #request}. */
    @Test
    void an_association_request_with_or_without_a_user_holds_little_heap() throws Exception {
        try (Acceptor acceptor = Acceptors.of(Limits.maxAssociations(100), this::decide, this::never)) {
            acceptor.start();
            Worst worst = new HeapFuzzer(
                            acceptor.address(),
                            HeapFuzzIT::request,
                            new int[] {200, 3_000, 64, 6_500, 64, 6_500, 400, 100, 30_000, 3, 60_000, 3, 2, 1},
                            SEED,
                            () -> letGo(acceptor))
                    .mostExpensive(TRIES);
            System.out.println("HeapFuzzIT: association: " + worst);
            assertThat(worst.heap()).as(worst.toString()).isLessThan(atMost(acceptor.settings()));
        }
    }

    @Test
    void the_worst_requests_within_the_bounds_hold_little_heap_while_they_wait_and_afterwards() throws Exception {
        try (Acceptor acceptor = Acceptors.of(Limits.maxAssociations(100), this::decide, this::never)) {
            acceptor.start();
            HeapFuzzer fuzzer =
                    new HeapFuzzer(acceptor.address(), HeapFuzzIT::request, new int[0], SEED, () -> letGo(acceptor));
            long most = 0;
            for (String calling : List.of("WAITING", "FUZZER")) {
                for (byte[] request : WorstRequests.withinAllBounds(calling).values()) {
                    Worst worst = fuzzer.of(request);
                    for (int i = 0; i < AGAIN && worst.heap() >= atMost(acceptor.settings()); i++) {
                        // What else happens on this heap can only have added to it.
                        worst = fuzzer.of(request);
                    }
                    System.out.println("HeapFuzzIT: " + calling + ": " + worst);
                    assertThat(worst.heap()).as(calling + ": " + worst).isLessThan(atMost(acceptor.settings()));
                    most = Math.max(most, worst.heap());
                }
            }
            assertThat(most).as("else the measurement sees nothing").isGreaterThan(VISIBLE);
        }
    }

    @Test
    void a_TLS_handshake_holds_little_heap(@TempDir Path folder) throws Exception {
        Certificates ours = new Certificates(folder).make("gateway");
        TlsSettings tls = new TlsSettings(
                Optional.of(new IdentityFiles.Pem(ours.certificate("gateway"), ours.key("gateway"), Optional.empty())),
                List.of(ours.authority()),
                TlsProfile.BCP_195);
        AcceptorSettings settings = new AcceptorSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                100,
                OptionalInt.empty(),
                ofSeconds(20),
                ofSeconds(20),
                ofSeconds(20),
                OptionalLong.empty(),
                ofSeconds(20),
                16384,
                Optional.of(new ServerTls(tls, ServerTls.ClientAuthentication.REQUIRED)));
        try (Acceptor acceptor = new Acceptor(
                settings,
                new TlsContexts(InstantSource.system()),
                this::decide,
                this::never,
                Optional.empty(),
                Acceptors.NO_REPORTS)) {
            acceptor.start();
            Worst worst = new HeapFuzzer(
                            acceptor.address(),
                            HeapFuzzIT::handshake,
                            new int[] {32_000, 400, 2_000, 60_000, 4, 16_384, 1},
                            SEED,
                            () -> letGo(acceptor))
                    .mostExpensive(TRIES);
            System.out.println("HeapFuzzIT: TLS handshake: " + worst);
            assertThat(worst.heap()).as(worst.toString()).isLessThan(atMost(settings));
        }
    }

    /** A quarter more: other threads of this JVM use the heap too. */
    private static long atMost(AcceptorSettings settings) {
        return AssociationMemory.of(settings) * 5 / 4;
    }

    /** Those that wait are let in, and all that were closed are gone. */
    private void letGo(Acceptor acceptor) {
        over.countDown();
        await().atMost(ofSeconds(20)).until(() -> acceptor.openAssociations() == 0);
        over = new CountDownLatch(1);
    }

    /** Some are let in, some wait for it for long. */
    private AssociationAnswer decide(AssociationRequest request) {
        if (request.origin().calling().value().equals("WAITING")) {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return Admission.UNLIMITED;
    }

    private CStoreScp.CStoreResponse never(CStoreScp.CStoreRequest request) {
        throw new AssertionError("nobody sends an instance");
    }

    private static byte[] request(int[] genes) {
        AssociateBody body = AssociateBody.of("GATEWAY", genes[13] == WAITS_FOR_AN_ANSWER ? "WAITING" : "FUZZER")
                .item(AssociateBody.APPLICATION_CONTEXT, AssociateBody.ascii("1.2.840.10008.3.1.1.1"));
        AssociateBody user = AssociateBody.empty();
        for (int i = 0; i < genes[3] && user.length() < ROOM; i++) {
            user.role(uid(i, genes[4]));
        }
        for (int i = 0; i < genes[5] && user.length() < ROOM; i++) {
            user.extended(uid(i, 10), genes[6]);
        }
        for (int i = 0; i < genes[7] && user.length() < ROOM; i++) {
            user.commonExtended(uid(i, 10), Math.min(genes[8], (ROOM - user.length()) / 2));
        }
        if (genes[9] > 0 && user.length() < ROOM) {
            int length = Math.min(genes[10], ROOM - user.length());
            user.identity(genes[9], new byte[length], new byte[10]);
        }
        for (int i = 0; i < genes[0] && body.length() + user.length() < ROOM; i++) {
            List<String> syntaxes = new ArrayList<>();
            int most = (ROOM - body.length() - user.length()) / (4 + Math.max(5, genes[2]));
            for (int k = 0; k < Math.min(genes[1], most); k++) {
                syntaxes.add(uid((i * genes[1] + k) % 128, genes[2]));
            }
            body.context((2 * i + 1) % 256, uid(i, genes[2]), syntaxes);
        }
        for (int n = 0; n < Math.max(1, genes[11]) && body.length() + user.length() < MOST_BYTES; n++) {
            body.user(each -> each.bytes(user.toByteArray()));
        }
        byte[] pdu = body.pdu(RawPeer.RQ);
        // All of it, all but the last byte, or its header alone.
        return switch (genes[12]) {
            case 0 -> pdu;
            case 1 -> Arrays.copyOf(pdu, pdu.length - 1);
            default -> Arrays.copyOf(pdu, 10);
        };
    }

    private static String uid(int i, int length) {
        String text = "1." + i;
        return text.length() >= length
                ? text
                : text + "." + "1".repeat(Math.max(0, Math.min(64, length) - text.length() - 1));
    }

    /** A ClientHello of so many suites and extensions, in records of a length, that may claim more than comes. */
    private static byte[] handshake(int[] genes) {
        ByteArrayOutputStream hello = new ByteArrayOutputStream();
        hello.writeBytes(new byte[] {3, 3});
        hello.writeBytes(new byte[32]);
        hello.write(0);
        int suites = genes[0] / 2 * 2 % 60_000;
        number(hello, suites, 2);
        for (int i = 0; i < suites / 2; i++) {
            number(hello, 0x1301 + i % 3, 2);
        }
        hello.writeBytes(new byte[] {1, 0});
        ByteArrayOutputStream extensions = new ByteArrayOutputStream();
        int each = Math.min(genes[2], genes[1] == 0 ? 0 : 60_000 / genes[1]);
        for (int i = 0; i < genes[1]; i++) {
            number(extensions, i % 60, 2);
            number(extensions, each, 2);
            extensions.writeBytes(new byte[each]);
        }
        number(hello, Math.min(65_535, extensions.size()), 2);
        hello.writeBytes(Arrays.copyOf(extensions.toByteArray(), Math.min(65_535, extensions.size())));

        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(1);
        number(message, hello.size() + genes[3] * genes[4], 3);
        message.writeBytes(hello.toByteArray());
        ByteBuffer rest = ByteBuffer.wrap(message.toByteArray());
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        int length = Math.max(64, genes[5]);
        while (rest.hasRemaining()) {
            byte[] fragment = new byte[Math.min(length, rest.remaining())];
            rest.get(fragment);
            records.writeBytes(new byte[] {0x16, 3, 1});
            number(records, fragment.length, 2);
            records.writeBytes(fragment);
        }
        byte[] all = records.toByteArray();
        return Arrays.copyOf(all, all.length - genes[6]);
    }

    private static void number(ByteArrayOutputStream out, int value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.write(value >> shift);
        }
    }
}
