package org.dicomgateway.torture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;

/** Modalities that send studies without a pause, and go round to another gateway with what one has not taken. */
final class ClusterLoad implements AutoCloseable {

    private static final int MAX_STUDY = 20;
    private static final int LARGE = 1_500_000;
    /** Larger than any small one, and smaller than any large one: no two versions have the same length. */
    private static final int CORRECTED = 100_000;

    private static final int MAX_TRIES = 6;
    private static final Duration SENDER_LIMIT = Duration.ofMinutes(3);

    private final Path directory;
    private final ClusterWorld world;
    private final Journal journal;
    private final Duration pace;
    private final CountDownLatch ending = new CountDownLatch(1);
    private final List<Thread> modalities = new ArrayList<>();
    private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** @param pace the time that a modality takes for an instance, at least, on average */
    ClusterLoad(Path directory, ClusterWorld world, Journal journal, Duration pace) {
        this.directory = directory;
        this.world = world;
        this.journal = journal;
        this.pace = pace;
    }

    void start(int count, long seed) {
        for (int n = 1; n <= count; n++) {
            String name = "MODALITY" + n;
            Random random = new Random(seed * 1000 + n);
            Thread thread = new Thread(() -> sendAll(name, random), name);
            thread.start();
            modalities.add(thread);
        }
    }

    /** What was offered until now, answered with success or not. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    private void sendAll(String name, Random random) {
        Path home = directory.resolve(name);
        TestFiles files = new TestFiles(home, random.nextInt(Integer.MAX_VALUE));
        try {
            while (ending.getCount() > 0) {
                long begin = System.nanoTime();
                List<TestFile> study =
                        new ArrayList<>(files.study(1, 1 + random.nextInt(MAX_STUDY), 2_000 + random.nextInt(60_000)));
                if (random.nextInt(5) == 0) {
                    study.add(files.single(LARGE));
                }
                int first = random.nextInt(world.nodes().size());
                Set<TestFile> refused = send(home, name, study, 1, first);
                if (refused.isEmpty() && random.nextInt(3) == 0) {
                    // Corrected, and sent to whichever gateway.
                    List<TestFile> corrected = study.stream()
                            .map(file -> files.variant(file, CORRECTED + random.nextInt(1_000) * 2))
                            .toList();
                    send(home, name, corrected, 2, random.nextInt(world.nodes().size()));
                }
                Load.clear(home);
                long left = pace.toNanos() * study.size() - (System.nanoTime() - begin);
                if (ending.await(Math.max(left, 50_000_000), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError e) {
            failures.add(e);
        }
    }

    /** Sends a study, to this gateway first. Returns what no gateway has answered with success. */
    Set<TestFile> send(Path home, String name, List<TestFile> study, int version, int first)
            throws InterruptedException {
        Set<TestFile> left = new LinkedHashSet<>(study);
        for (int attempt = 0; attempt < MAX_TRIES && !left.isEmpty(); attempt++) {
            if (attempt > 0) {
                journal.count("sender: goes round to another gateway");
                TimeUnit.MILLISECONDS.sleep(500);
            }
            ClusterWorld.Node node =
                    world.nodes().get((first + attempt) % world.nodes().size());
            try (Sender sender = Sender.start(
                    home.resolve("attempt-" + attempt + ".log"), node.gateway().peer(), name, List.copyOf(left))) {
                sender.await(SENDER_LIMIT);
                sender.answered().forEach(left::remove);
            }
        }
        study.forEach(file -> sent.add(Sent.of(file, version, !left.contains(file))));
        return left;
    }

    /**
     * Lets every modality finish its study.
     *
     * @throws IllegalStateException when one of them came to an end of its own
     */
    @Override
    public void close() {
        ending.countDown();
        for (Thread modality : modalities) {
            try {
                modality.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a modality came to an end of its own", failures.peek());
        }
    }
}
