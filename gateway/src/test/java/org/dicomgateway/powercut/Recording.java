package org.dicomgateway.powercut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Modality;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;

/**
 * Runs of the shipped gateway on one spool, with all their system calls. Instances arrive on several associations,
 * small and large; one destination takes them, another cannot be reached, and some have none; segments fill up, are
 * emptied of stragglers and used again. It is ended in order, killed, and finds its ledger lost.
 */
final class Recording {

    /** Takes everything. CT goes here. */
    static final String NEAR = "near";
    /** Takes nothing. MR goes here as well; anything else nowhere. */
    static final String FAR = "far";

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int SMALL = 24 * 1024;
    private static final int LARGE = 200 * 1024;

    private static final String SETTINGS = """
            gateway.admin.enabled = false
            # Nothing is kept, so what is done with is gone.
            gateway.spool { segment-size = 1 MiB, large-instance = 64 KiB, straggler-age = 1 s, keep.for = 0 s }
            """;

    private final Path directory;
    private final TestFiles files;
    private final GatewayProcess gateway;
    private final Modality modality = Modality.start("CT1");
    private final List<String> transactions = new ArrayList<>();
    private final Map<String, TestFile> sent = new TreeMap<>();
    private final List<Run> runs = new ArrayList<>();
    private int answered;
    private int number;

    /**
     * One process.
     *
     * @param lostAfterwards files of the spool that were removed after its end
     */
    record Run(Path trace, List<String> lostAfterwards) {}

    private Recording(Path directory) {
        this.directory = directory;
        this.files = new TestFiles(directory.resolve("files"), 17);
        this.gateway = new GatewayProcess(directory.resolve("gateway"));
    }

    static Recording make(Path directory) throws IOException {
        Recording recording = new Recording(directory);
        try (StoreScp near = StoreScp.start(directory, "NEAR")) {
            recording.record(near);
        } finally {
            recording.gateway.close();
            recording.modality.close();
        }
        return recording;
    }

    /** What the near one has is known from the forward log: a line must not come after the ledger has its fact. */
    private void logAtOnce() throws IOException {
        Path logback = gateway.home().resolve("conf/logback.xml");
        String gathered = "org.dicomgateway.observe.ForwardLogFile";
        String shipped = Files.readString(logback);
        if (!shipped.contains(gathered)) {
            throw new IllegalStateException(logback + " does not name " + gathered);
        }
        Files.writeString(logback, shipped.replace(gathered, "ch.qos.logback.core.rolling.RollingFileAppender"));
    }

    private void record(StoreScp near) throws IOException {
        gateway.configure(SETTINGS).routing("""
                destinations {
                  near { ae-title = NEAR, host = "127.0.0.1", port = %d }
                  far { ae-title = FAR, host = "127.0.0.1", port = %d }
                }
                routes = [
                  { name = ct, match { modality = [CT] }, to = [near] }
                  { name = mr, match { modality = [MR] }, strategy = broadcast, to = [near, far] }
                ]
                """.formatted(near.peer().port(), FreePorts.next()));
        logAtOnce();
        begin();
        send(files.study(1, 25, SMALL), files.study(1, 8, TestFiles.MR, SMALL), files.study(1, 3, LARGE));
        send(files.study(1, 6, TestFiles.SECONDARY_CAPTURE, SMALL), files.study(1, 2, TestFiles.MR, LARGE));
        send(files.study(1, 25, SMALL), files.study(1, 15, SMALL));
        await("what waits for long is moved out of the log").atMost(LIMIT).until(() -> count("held", ".dcm") >= 14);
        await("the segments that held it are free").atMost(LIMIT).until(() -> count("log", ".seg") <= 2);
        send(files.study(1, 10, SMALL));
        end("TERM", List.of());

        // Now, not before: what else a new spool syncs would cover the folder of the requests.
        gateway.configure(SETTINGS
                + "gateway.senders.CT1 { host = 127.0.0.1, port = %d }"
                        .formatted(modality.peer().port()));
        begin();
        send(files.study(1, 10, SMALL), files.study(1, 2, TestFiles.MR, SMALL));
        requestCommitments();
        end("KILL", List.of("ledger.db-wal", "ledger.db"));

        begin();
        send(files.study(1, 10, SMALL), files.study(1, 2, TestFiles.SECONDARY_CAPTURE, SMALL));
        end("KILL", List.of());
        assertThat(answered).as("instances answered with success").isEqualTo(sent.size());
    }

    private void begin() {
        number++;
        gateway.under(SystemTrace.recording(trace())).start();
    }

    private Path trace() {
        return directory.resolve("run-" + number + ".strace");
    }

    private void end(String signal, List<String> lostAfterwards) throws IOException {
        ProcessHandle java = ProcessHandle.of(gateway.pid())
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow();
        if (signal.equals("KILL")) {
            java.destroyForcibly();
        } else {
            java.destroy();
        }
        gateway.await(LIMIT);
        for (String file : lostAfterwards) {
            Files.deleteIfExists(spool().resolve(file));
        }
        runs.add(new Run(trace(), lostAfterwards));
    }

    /** Sends each of them on an association of its own, all at once, and waits until the near one has them all. */
    @SafeVarargs
    private void send(List<TestFile>... studies) {
        List<Sender> senders = new ArrayList<>();
        for (List<TestFile> study : studies) {
            study.forEach(file -> sent.put(file.sopInstance().value(), file));
            Path log = directory.resolve("sender-" + sent.size() + "-" + senders.size() + ".log");
            senders.add(Sender.start(log, gateway.peer(), "SENDER", study));
        }
        for (Sender sender : senders) {
            sender.await(LIMIT);
            answered += sender.answered().size();
        }
        long wanted = sent.values().stream().filter(Recording::isForNear).count();
        await("the near one has them").atMost(LIMIT).until(() -> gateway.count("delivered") >= wanted);
    }

    /** One that is reported at once, and one that waits for the far one. */
    private void requestCommitments() {
        for (Uid sopClass : List.of(TestFiles.CT, TestFiles.MR)) {
            String transaction = "2.25.47110" + transactions.size();
            List<SopReference> references = sent.values().stream()
                    .filter(file -> file.sopClass().equals(sopClass))
                    .map(file -> new SopReference(file.sopClass(), file.sopInstance()))
                    .toList();
            assertThat(modality.request(gateway.peer(), transaction, references))
                    .isZero();
            transactions.add(transaction);
        }
        await("the report").atMost(LIMIT).until(() -> modality.reports().size() == 1);
    }

    private long count(String folder, String ending) throws IOException {
        try (Stream<Path> found = Files.list(spool().resolve(folder))) {
            return found.filter(file -> file.toString().endsWith(ending)).count();
        }
    }

    static boolean isForNear(TestFile file) {
        return isForFar(file) || file.sopClass().equals(TestFiles.CT);
    }

    static boolean isForFar(TestFile file) {
        return file.sopClass().equals(TestFiles.MR);
    }

    Path spool() {
        return gateway.home().resolve("var/spool");
    }

    /** Transaction UIDs of the requests of storage commitment, as they were answered with success. */
    List<String> transactions() {
        return transactions;
    }

    List<Run> runs() {
        return runs;
    }

    /** SOP Instance UIDs of what was sent; all of it was answered with success. */
    Set<String> sent() {
        return sent.keySet();
    }

    /** What was sent under a SOP Instance UID. */
    TestFile file(String sopInstance) {
        TestFile file = sent.get(sopInstance);
        if (file == null) {
            throw new IllegalArgumentException("nobody sent " + sopInstance);
        }
        return file;
    }
}
