package org.dicomgateway.spool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.engine.Spool;

/**
 * Instances per second into a real spool with its real ledger: {@code main} with a directory, a number of seconds per
 * measurement, and whether they are delivered at the same time. Run by hand.
 */
final class SpoolBenchmark {

    private SpoolBenchmark() {}

    /** Measures, and prints one line each. */
    public static void main(String[] args) throws Exception {
        Duration duration = Duration.ofSeconds(Long.parseLong(args[1]));
        boolean deliver = args.length > 2 && args[2].equals("deliver");
        for (int size : List.of(8 << 10, 512 << 10)) {
            for (int threads : List.of(1, 4, 16)) {
                Path directory = Path.of(args[0]).resolve(size + "-" + threads);
                System.out.println(measure(directory, size, threads, duration, deliver));
            }
        }
    }

    private static String measure(Path directory, int size, int threads, Duration duration, boolean deliver)
            throws Exception {
        SpoolSettings settings = new SpoolSettings(
                directory,
                DataSize.ofMebibytes(64),
                DataSize.ofMebibytes(1024),
                DataSize.ofMebibytes(4),
                DataSize.ofMebibytes(64),
                DataSize.ofMebibytes(100),
                Duration.ofDays(30),
                Duration.ofHours(1),
                SpoolSettings.Keep.NOTHING);
        AtomicLong accepted = new AtomicLong();
        AtomicLong delivered = new AtomicLong();
        long start = System.nanoTime();
        long end = start + duration.toNanos();
        double seconds;
        try (Spool spool = Spool.open(
                settings,
                SpoolHarness::plan,
                Candidates.FIRST,
                InstantSource.system(),
                Replica.NONE,
                new ForwardLog(),
                StageTimes.NONE)) {
            List<Thread> running = new ArrayList<>();
            start = System.nanoTime();
            end = start + duration.toNanos();
            for (int t = 0; t < threads; t++) {
                running.add(sender(spool, t, size, end, accepted));
            }
            if (deliver) {
                running.add(lane(spool, end, delivered));
            }
            running.forEach(Thread::start);
            for (Thread thread : running) {
                thread.join();
            }
            seconds = (System.nanoTime() - start) / 1e9;
        }
        double closed = (System.nanoTime() - start) / 1e9;
        return String.format(
                "%d KB, %d senders: %.0f accepted/s, %.0f delivered/s, all in the ledger %.1f s after the last",
                size >> 10, threads, accepted.get() / seconds, delivered.get() / seconds, closed - seconds);
    }

    private static Thread sender(Spool spool, int number, int size, long end, AtomicLong accepted) {
        String first = String.format("1.2.826.%03d.1000000000", number);
        byte[] dataset = SpoolHarness.dataset(first, "CT", size);
        int digits = new String(dataset, 0, 300, ISO_8859_1).indexOf(first) + "1.2.826.000.".length();
        return new Thread(() -> {
            for (long n = 1_000_000_000; System.nanoTime() < end; n++) {
                // Every instance is another one: only the last digits of its UID change.
                String suffix = String.valueOf(n);
                System.arraycopy(suffix.getBytes(ISO_8859_1), 0, dataset, digits, suffix.length());
                String uid = first.substring(0, first.length() - suffix.length()) + suffix;
                try {
                    spool.accept(SpoolHarness.arrival(uid), new ByteArrayInputStream(dataset));
                } catch (IOException | RefusedException e) {
                    throw new IllegalStateException(e);
                }
                accepted.incrementAndGet();
            }
        });
    }

    private static Thread lane(Spool spool, long end, AtomicLong delivered) {
        return new Thread(() -> {
            while (System.nanoTime() < end) {
                List<Claim> claims = spool.claim(SpoolHarness.PACS, 64);
                if (claims.isEmpty()) {
                    LockSupport.parkNanos(1_000_000);
                }
                for (Claim claim : claims) {
                    try (InputStream dataset = spool.open(claim)) {
                        dataset.skipNBytes(claim.instance().datasetLength());
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                    spool.settle(claim, new Settlement.Delivered(0));
                    delivered.incrementAndGet();
                }
            }
        });
    }
}
