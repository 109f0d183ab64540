package org.dicomgateway.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;

/**
 * Modalities that send all the time, each in a thread of its own: studies of small and, now and then, large instances.
 * Some instances they correct and send again, some no server can take. Some are killed while they send, some stop for a
 * while: shorter than the gateway waits for them, or longer.
 */
final class Load implements AutoCloseable {

    private static final int MAX_STUDY = 25;
    private static final int LARGE = 3 << 20;
    /** Larger than any small one, and smaller than any large one: no two versions have the same length. */
    private static final int CORRECTED = 100_000;

    private static final Duration SENDER_LIMIT = Duration.ofMinutes(3);

    private final Path directory;
    private final Peer gateway;
    private final StowSender web;
    private final Journal journal;
    private final Commitments commitments;
    private final Duration pace;
    private final CountDownLatch ending = new CountDownLatch(1);
    private final List<Thread> modalities = new ArrayList<>();
    private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final Set<String> poison = ConcurrentHashMap.newKeySet();
    private final Set<String> answeredPoison = ConcurrentHashMap.newKeySet();
    private final AtomicInteger offered = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** @param pace the time that a modality takes for an instance, at least, on average */
    Load(Path directory, Peer gateway, int webPort, Journal journal, Commitments commitments, Duration pace) {
        this.directory = directory;
        this.gateway = gateway;
        this.web = new StowSender(webPort);
        this.journal = journal;
        this.commitments = commitments;
        this.pace = pace;
    }

    void start(int count, long seed) {
        for (int n = 1; n <= count; n++) {
            String name = "MODALITY" + n;
            Random random = new Random(seed * 1000 + n);
            Thread thread = new Thread(() -> send(name, random), name);
            thread.start();
            modalities.add(thread);
        }
    }

    /** Instances that were given to senders. */
    int offered() {
        return offered.get();
    }

    /** What was offered until now, answered with success or not; without what is poison. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** SOP Instance UIDs of what was offered, and no server can ever take. */
    Set<String> poison() {
        return poison;
    }

    /** Those of them that were answered with success. */
    Set<String> answeredPoison() {
        return answeredPoison;
    }

    /** When all is well: as many instances that are good as such that no server can take, side by side. */
    void sendPoison(int count) throws InterruptedException {
        Path home = directory.resolve("POISON");
        TestFiles files = new TestFiles(home, 99);
        List<TestFile> study = new ArrayList<>(files.study(1, count, 20_000));
        for (int i = 0; i < count; i++) {
            study.add(2 * i, poison(files, 20_000));
        }
        try (Sender sender = Sender.start(home.resolve("sender.log"), gateway, "POISON", study)) {
            sender.await(SENDER_LIMIT);
            note(study, sender.answered(), 1);
        }
    }

    private TestFile poison(TestFiles files, int size) {
        TestFile none = files.withoutSeries(size);
        poison.add(none.sopInstance().value());
        return none;
    }

    private void note(List<TestFile> study, List<TestFile> answered, int version) {
        for (TestFile file : study) {
            if (!isPoison(file)) {
                sent.add(Sent.of(file, version, answered.contains(file)));
            } else if (answered.contains(file)) {
                answeredPoison.add(file.sopInstance().value());
            }
        }
    }

    private void send(String name, Random random) {
        Path home = directory.resolve(name);
        TestFiles files = new TestFiles(home, random.nextInt(Integer.MAX_VALUE));
        try {
            for (int round = 0; ending.getCount() > 0; round++) {
                long begin = System.nanoTime();
                int count = 1 + random.nextInt(MAX_STUDY);
                List<TestFile> study = study(files, count, random);
                offered.addAndGet(study.size());
                List<TestFile> answered = sendStudy(home.resolve("round-" + round + ".log"), name, study, 1, random);
                Corrected corrected = random.nextInt(3) == 0
                        ? correct(home.resolve("round-" + round + "-corrected.log"), name, files, answered, random)
                        : new Corrected(List.of(), List.of());
                commitments.ask(gateway, newest(answered, corrected), begin);
                clear(home);
                long left = pace.toNanos() * count - (System.nanoTime() - begin);
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

    /** Sent again with other content: what was offered, and what of it was answered with success. */
    private record Corrected(List<TestFile> offered, List<TestFile> answered) {}

    /** The versions that the gateway answered last; without those of which it may have a newer one. */
    private List<Sent> newest(List<TestFile> answered, Corrected corrected) {
        Set<Uid> again = corrected.offered.stream().map(TestFile::sopInstance).collect(Collectors.toSet());
        return Stream.concat(
                        answered.stream()
                                .filter(file -> !isPoison(file) && !again.contains(file.sopInstance()))
                                .map(file -> Sent.of(file, 1, true)),
                        corrected.answered.stream().map(file -> Sent.of(file, 2, true)))
                .toList();
    }

    /** Sends some again with other content, as after a mistake at the console. */
    private Corrected correct(Path log, String name, TestFiles files, List<TestFile> answered, Random random)
            throws InterruptedException {
        List<TestFile> corrected = answered.stream()
                .filter(file -> file.sopClass().equals(TestFiles.CT) && !isPoison(file))
                .limit(1 + random.nextInt(4))
                .map(file -> files.variant(file, CORRECTED + random.nextInt(CORRECTED)))
                .toList();
        if (corrected.isEmpty()) {
            return new Corrected(corrected, corrected);
        }
        journal.done("sender: sends instances again with other content");
        return new Corrected(corrected, sendStudy(log, name, corrected, 2, random));
    }

    private boolean isPoison(TestFile file) {
        return poison.contains(file.sopInstance().value());
    }

    private List<TestFile> study(TestFiles files, int count, Random random) {
        boolean ct = random.nextInt(4) > 0;
        int size = 2_000 + random.nextInt(80_000);
        List<TestFile> study = new ArrayList<>(files.study(1, count, ct ? TestFiles.CT : TestFiles.MR, size));
        if (random.nextInt(5) == 0) {
            study.addAll(files.study(1, 1, LARGE));
        }
        if (random.nextInt(20) == 0) {
            journal.done("sender: an instance that no server can take");
            study.add(poison(files, size));
        }
        return study;
    }

    /** @return what was answered with success */
    private List<TestFile> sendStudy(Path log, String name, List<TestFile> study, int version, Random random)
            throws InterruptedException {
        if (random.nextInt(4) == 0) {
            List<TestFile> answered = web.send(study);
            journal.count("sender: a study over STOW-RS");
            note(study, answered, version);
            return answered;
        }
        try (Sender sender = Sender.start(log, gateway, name, study)) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
                    sender.kill();
                    journal.done("sender: killed while it sends");
                }
                case 1 -> {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
                    pause(sender, random);
                }
                default -> {}
            }
            sender.await(SENDER_LIMIT);
            List<TestFile> answered = sender.answered();
            note(study, answered, version);
            return answered;
        }
    }

    private void pause(Sender sender, Random random) throws InterruptedException {
        boolean tooLong = random.nextInt(3) == 0;
        try {
            sender.signal("STOP");
            journal.done(tooLong ? "sender: stops for longer than its timeout" : "sender: stops for a while");
            ending.await(tooLong ? 6_000 : 1_500, TimeUnit.MILLISECONDS);
            sender.signal("CONT");
        } catch (AssertionError e) {
            if (sender.isAlive()) {
                throw e;
            } // else it was quicker
        }
    }

    /** Removes the files of a folder. */
    static void clear(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
