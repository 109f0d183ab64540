package org.dicomgateway.dicom;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.testkit.Acceptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Mutated PDUs against the acceptor that ships, over real connections, and mutated datasets against the header reader:
 * nothing but the exceptions that are meant for it, no thread or connection left, no memory kept, no long pause, and
 * the next good sender is served at once. Every conversation has a number that makes it again.
 *
 * <p>{@code -Dfuzz.pdus=10000000 -Dfuzz.datasets=10000000 -Dfuzz.seed=7} for more, and others.
 */
@Tag("slow")
class FuzzTest {

    private static final long PDUS = Long.getLong("fuzz.pdus", 20_000);
    private static final long DATASETS = Long.getLong("fuzz.datasets", 100_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    private static final int CALLERS = 4;
    private static final int GOOD_SENDER_EVERY = 200;
    private static final long KEPT_BYTES = 24 << 20;
    private static final Logger LOG = (Logger) LoggerFactory.getLogger("org.dicomgateway.dicom");
    private static final Logger TOOLKIT_LOG = (Logger) LoggerFactory.getLogger("org.aoju");

    private final ConcurrentLinkedQueue<String> uncaught = new ConcurrentLinkedQueue<>();
    private final AtomicLong pdus = new AtomicLong();
    private final AtomicLong conversations = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();

    @BeforeEach
    void listen() {
        LOG.setLevel(Level.OFF);
        TOOLKIT_LOG.setLevel(Level.OFF);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(thread.getName() + ": " + e));
    }

    @AfterEach
    void stop_listening() {
        LOG.setLevel(null);
        TOOLKIT_LOG.setLevel(null);
        Thread.setDefaultUncaughtExceptionHandler(null);
    }

    @Test
    void mutated_PDUs_harm_nobody_and_the_next_good_sender_is_served_at_once() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try (Acceptor acceptor =
                Acceptors.of(Limits.maxAssociations(50), request -> Admission.UNLIMITED, this::serve)) {
            acceptor.start();
            storeWell(acceptor);
            long heapBefore = usedHeap();
            List<Future<?>> done = Stream.generate(() -> callers.submit(() -> call(acceptor)))
                    .limit(CALLERS)
                    .<Future<?>>map(future -> future)
                    .toList();
            for (Future<?> each : done) {
                each.get();
            }
            await().atMost(ofSeconds(20))
                    .untilAsserted(() -> assertThat(acceptor.openAssociations()).isZero());
            storeWell(acceptor);
            long kept = usedHeap() - heapBefore;
            System.out.printf(
                    "FuzzTest: seed %d, %d PDUs in %d conversations, %d datasets stored, %d KiB kept%n",
                    SEED, pdus.get(), conversations.get(), stored.get(), kept >> 10);
            assertThat(kept).as("bytes kept").isLessThan(KEPT_BYTES);
        } finally {
            callers.shutdownNow();
        }
        await().atMost(ofSeconds(10)).untilAsserted(() -> assertThat(threads()).isEmpty());
        assertThat(uncaught).isEmpty();
        assertThat(stored.get()).as("some get through to the end").isGreaterThan(PDUS / 100);
    }

    @Test
    void a_mutated_dataset_is_read_or_refused() {
        List<TransferSyntax> syntaxes = List.of(
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
                TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
        long read = 0;
        for (long number = 0; number < DATASETS; number++) {
            Fuzzer fuzzer = new Fuzzer(SEED * 1_000_003 + number);
            TransferSyntax syntax = syntaxes.get((int) (number % syntaxes.size()));
            byte[] dataset = fuzzer.mutated(fuzzer.dataset(syntax));
            try {
                HeaderReader.read(new ByteArrayInputStream(dataset), syntax);
                read++;
            } catch (UnreadableDatasetException e) {
                // It is refused, as it should be.
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("dataset " + number + " of seed " + SEED + " in " + syntax, e);
            }
        }
        System.out.printf("FuzzTest: seed %d, %d datasets, %d of them read%n", SEED, DATASETS, read);
        assertThat(read).isBetween(DATASETS / 10, DATASETS - 1);
    }

    private CStoreResponse serve(CStoreRequest request) throws IOException {
        ByteArrayOutputStream dataset = new ByteArrayOutputStream();
        request.dataset().transferTo(dataset);
        try {
            HeaderReader.read(new ByteArrayInputStream(dataset.toByteArray()), request.transferSyntax());
            stored.incrementAndGet();
            return CStoreResponse.SUCCESS;
        } catch (UnreadableDatasetException e) {
            return new CStoreResponse(DimseStatus.CANNOT_UNDERSTAND, "cannot be read");
        }
    }

    private Void call(Acceptor acceptor) throws Exception {
        while (pdus.get() < PDUS) {
            long number = conversations.getAndIncrement();
            try {
                converse(acceptor.address(), new Fuzzer(SEED * 1_000_003 + number).conversation());
                if (number % GOOD_SENDER_EVERY == 0) {
                    storeWell(acceptor);
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError("at conversation " + number + " of seed " + SEED, e);
            }
        }
        return null;
    }

    /** Says all of it, whatever is answered, and waits until the other side has closed. */
    private void converse(InetSocketAddress address, List<byte[]> conversation) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(10_000);
            try {
                for (byte[] pdu : conversation) {
                    pdus.incrementAndGet();
                    socket.getOutputStream().write(pdu);
                }
                socket.shutdownOutput();
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException closedInTheMiddle) {
                // It had heard enough.
            }
        }
    }

    private static void storeWell(Acceptor acceptor) throws Exception {
        PresentationPair pair = new PresentationPair(Uid.of(RawPeer.CT), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        Peer peer =
                new Peer(AeTitle.of("GATEWAY"), "127.0.0.1", acceptor.address().getPort());
        long begin = System.nanoTime();
        try (OpenAssociation association =
                Requestor.of(Limits.requestor()).open(peer, AeTitle.of("GOOD"), List.of(pair))) {
            byte[] dataset = EncodedDataset.ofCt(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)
                    .toByteArray();
            assertThat(association.cStore(pair, Uid.of("1.2.3.4"), new ByteArrayInputStream(dataset)))
                    .isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(System.nanoTime() - begin)
                .as("nanoseconds")
                .isLessThan(ofSeconds(5).toNanos());
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("dicom-"))
                .toList();
    }
}
