package org.dicomgateway.testkit.jvm;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Looks for what costs a server the most heap for each byte that it is sent, by trial: it changes the best that it has
 * found, opens some connections, sends it on each, and sees what the heap holds while they are open. The server runs in
 * this JVM. The same seed tries the same.
 */
public final class HeapFuzzer {

    /** So many that what else happens on this heap counts little. */
    private static final int AGAIN = 3;

    private static final int CONNECTIONS = 16;

    private static final int SETTLED = 2;
    private static final int MAX_LOOKS = 6;
    private static final int PRECISION = 4_096;

    /**
     * The most expensive.
     *
     * @param genes by which it was made
     * @param bytes sent on one connection
     * @param heap that one connection holds, in bytes
     */
    public record Worst(List<Integer> genes, int bytes, long heap) {

        @Override
        public String toString() {
            return "%d KiB of heap for %d bytes, genes %s".formatted(heap >> 10, bytes, genes);
        }
    }

    /** Returns when the server holds nothing more of the connections before, or fails. */
    @FunctionalInterface
    public interface Rest {
        void await() throws InterruptedException;
    }

    private final InetSocketAddress address;
    private final Function<int[], byte[]> surface;
    private final int[] maxima;
    private final Random random;
    private final Rest rest;

    /**
     * @param surface makes what is sent of genes
     * @param maxima of each gene
     * @param rest awaited before each try, or what is left of the one before would be taken for this one's
     */
    public HeapFuzzer(InetSocketAddress address, Function<int[], byte[]> surface, int[] maxima, long seed, Rest rest) {
        this.address = address;
        this.surface = surface;
        this.maxima = maxima.clone();
        this.random = new Random(seed);
        this.rest = rest;
    }

    /** What is held for this. */
    public Worst of(byte[] bytes) throws IOException, InterruptedException {
        cost(bytes);
        return new Worst(List.of(), bytes.length, Math.min(cost(bytes), cost(bytes)));
    }

    /**
     * The one for which the most is held, of so many tries; the first have much of one gene and little of the others.
     */
    public Worst mostExpensive(int tries) throws IOException, InterruptedException {
        Worst worst = of(new byte[0]);
        int[] best = new int[maxima.length];
        for (int n = 0; n < tries; n++) {
            int[] genes = n < maxima.length ? muchOf(n) : n % 4 == 0 ? anything() : changed(best);
            byte[] bytes = surface.apply(genes);
            long heap = cost(bytes);
            for (int i = 0; i < AGAIN && heap > worst.heap(); i++) {
                // Held each time is the least: something else on this heap may have cost more meanwhile.
                heap = Math.min(heap, cost(bytes));
            }
            if (heap > worst.heap()) {
                best = genes;
                worst = new Worst(Arrays.stream(genes).boxed().toList(), bytes.length, heap);
            }
        }
        return worst;
    }

    private int[] muchOf(int gene) {
        int[] genes = Arrays.stream(maxima).map(max -> Math.min(1, max)).toArray();
        genes[gene] = maxima[gene];
        return genes;
    }

    private int[] anything() {
        return Arrays.stream(maxima).map(this::some).toArray();
    }

    private int[] changed(int[] genes) {
        int[] changed = genes.clone();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int at = random.nextInt(changed.length);
            changed[at] = some(maxima[at]);
        }
        return changed;
    }

    /** Small, large, or anything. */
    private int some(int max) {
        return switch (random.nextInt(4)) {
            case 0 -> Math.min(max, random.nextInt(3));
            case 1 -> max - Math.min(max, random.nextInt(3));
            default -> random.nextInt(max + 1);
        };
    }

    /** What one connection holds on which this was sent, or as much of it as was taken. */
    private long cost(byte[] bytes) throws IOException, InterruptedException {
        rest.await();
        long before = settledHeap();
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = new Socket(address.getAddress(), address.getPort());
                open.add(socket);
                try {
                    socket.getOutputStream().write(bytes);
                } catch (IOException refused) {
                    // That costs the least.
                }
            }
            return Math.max(0, settledHeap() - before) / CONNECTIONS;
        } finally {
            for (Socket socket : open) {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        }
    }

    /**
     * When the heap no longer changes by more than a little, the server is done; but something always works in this
     * JVM.
     */
    private static long settledHeap() throws InterruptedException {
        long last = usedHeap();
        for (int alike = 0, looks = 0; alike < SETTLED && looks < MAX_LOOKS; looks++) {
            Thread.sleep(20);
            long now = usedHeap();
            alike = Math.abs(now - last) < CONNECTIONS * PRECISION ? alike + 1 : 0;
            last = now;
        }
        return last;
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
