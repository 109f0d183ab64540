package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.testkit.GatewayProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Association requests that cost far more memory than they have bytes, by callers who are let in, who are not, and who
 * hold back the last byte, against the gateway that ships as {@code scripts/gateway run} starts it, in a small heap.
 */
class StrangersIT {

    private static final int CROWD = 40;
    private static final int FLOOD = 10_000;
    private static final int CALLERS = 4;
    /** Connections that each caller keeps open. */
    private static final int HELD = 150;

    private static final String NOBODY_ELSE = "gateway.listener-defaults.access = [ { name = ct, calling-ae = GOOD } ]";
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private GatewayProcess gateway;

    @BeforeEach
    void start_the_gateway() {
        gateway = new GatewayProcess(directory.resolve("gateway"), "-Xmx256m", "-XX:+ExitOnOutOfMemoryError")
                .configure(NOBODY_ELSE)
                .broadcastTo(new Peer(AeTitle.of("NOBODY"), "127.0.0.1", 9))
                .start();
    }

    @AfterEach
    void end_the_gateway() {
        gateway.close();
    }

    @Test
    void no_request_stops_the_gateway_whoever_sends_it_and_however_much_of_it() throws Exception {
        GoodSender.store(gateway.peer());
        for (String calling : List.of("STRANGER", "GOOD")) {
            for (Map.Entry<String, byte[]> worst :
                    WorstRequests.beyondAllBounds(calling).entrySet()) {
                for (int heldBack : new int[] {0, 1}) {
                    String what = worst.getKey() + " of " + calling + " but for " + heldBack + " bytes";
                    byte[] written = Arrays.copyOf(worst.getValue(), worst.getValue().length - heldBack);
                    List<RawPeer> crowd = new ArrayList<>();
                    try {
                        for (int i = 0; i < CROWD; i++) {
                            crowd.add(call(written, manyAddresses(i)));
                        }
                        GoodSender.store(gateway.peer());
                    } catch (IOException | AssociationException e) {
                        throw new AssertionError(what + ":\n" + gateway.output(), e);
                    } finally {
                        for (RawPeer each : crowd) {
                            each.close();
                        }
                    }
                    assertThat(gateway.isAlive()).as(what).isTrue();
                }
            }
        }
        assertThat(gateway.output()).doesNotContain("OutOfMemoryError");
        assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
    }

    @Test
    void a_flood_from_one_address_leaves_a_good_sender_served_within_a_second() throws Exception {
        flood(number -> InetAddress.getByAddress(new byte[] {127, 0, 0, 2}));
    }

    @Test
    void a_flood_from_many_addresses_leaves_a_good_sender_served_within_a_second() throws Exception {
        flood(StrangersIT::manyAddresses);
    }

    /** An address for a connection, by its number. */
    private interface Addresses {
        InetAddress of(int number) throws IOException;
    }

    private void flood(Addresses addresses) throws Exception {
        GoodSender.store(gateway.peer());
        List<byte[]> requests = new ArrayList<>();
        requests.addAll(WorstRequests.withinAllBounds("STRANGER").values());
        requests.addAll(WorstRequests.withinAllBounds("GOOD").values());
        requests.addAll(requests.stream()
                .map(request -> Arrays.copyOf(request, request.length - 1))
                .toList());
        AtomicInteger number = new AtomicInteger();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        List<Duration> took = new ArrayList<>();
        try {
            IntFunction<CompletableFuture<Void>> caller =
                    n -> CompletableFuture.runAsync(() -> callOnAndOn(number, requests, addresses), callers);
            CompletableFuture<?>[] all = new CompletableFuture<?>[CALLERS];
            Arrays.setAll(all, caller);
            CompletableFuture<Void> over = CompletableFuture.allOf(all);
            while (!over.isDone()) {
                took.add(GoodSender.store(gateway.peer()));
                Thread.sleep(20);
            }
            over.get();
        } finally {
            callers.shutdownNow();
        }
        took.sort(null);
        Duration median = took.get(took.size() / 2);
        Duration worst = took.get(took.size() - 1);
        System.out.printf(
                "StrangersIT: %d good instances during %d connections, median %d ms, longest %d ms%n",
                took.size(), FLOOD, median.toMillis(), worst.toMillis());
        assertThat(took).hasSizeGreaterThan(10);
        assertThat(median).isLessThan(SECOND);
        assertThat(GoodSender.store(gateway.peer())).isLessThan(SECOND);
        assertThat(gateway.output()).doesNotContain("OutOfMemoryError");
        assertThat(gateway.output().lines().filter(line -> line.contains("STRANGER@") || line.contains(" ?@")))
                .as("lines about strangers")
                .hasSizeLessThan(FLOOD / 10);
        assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
    }

    private void callOnAndOn(AtomicInteger number, List<byte[]> requests, Addresses addresses) {
        Deque<RawPeer> held = new ArrayDeque<>();
        try {
            for (int n = number.getAndIncrement(); n < FLOOD; n = number.getAndIncrement()) {
                held.add(call(requests.get(n % requests.size()), addresses.of(n)));
                if (held.size() > HELD) {
                    held.remove().close();
                }
            }
            for (RawPeer each : held) {
                each.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A connection on which this was written, as far as it was taken. */
    private RawPeer call(byte[] request, InetAddress from) throws IOException {
        RawPeer peer = RawPeer.connect(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), gateway.peer().port()),
                from);
        try {
            peer.sendRaw(request);
        } catch (IOException refusedBeforeItsEnd) {
            // As it should be.
        }
        return peer;
    }

    private static InetAddress manyAddresses(int number) throws IOException {
        return InetAddress.getByAddress(
                new byte[] {127, (byte) (1 + number / 62_500), (byte) (number / 250 % 250), (byte) (1 + number % 250)});
    }
}
