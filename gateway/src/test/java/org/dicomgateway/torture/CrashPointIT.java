package org.dicomgateway.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Reconciliation;
import org.dicomgateway.testkit.Sender;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.jvm.Debugger;
import org.dicomgateway.testkit.jvm.Debugger.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at every step of the data path: before and after each append, sync, rename, ledger commit, response, store,
 * settlement, recycled segment and moved straggler, and in the middle of the start. The gateway is the one that ships;
 * a debugger stops it at the step, and there it is killed. The next one starts on what is left, until all steps are
 * done; then everything that any sender saw answered with 0x0000 is where it belongs, byte for byte.
 *
 * <p>{@code -Dcrash.all=true}, as {@code scripts/torture.sh} has it, for before and after of each; else before most,
 * and after some.
 */
class CrashPointIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Otherwise after a step only where that is not just before another, and before it only where much is at stake. */
    private static final boolean ALL = Boolean.getBoolean("crash.all");

    private static final Set<String> AFTER_TOO = Set.of("append", "cStore", "next", "apply", "settle");
    private static final Set<String> SELDOM =
            Set.of("prepareSpare", "begin", "syncReceived", "serve", "write", "apply", "checkBooks");

    private static final int SMALL = 30;
    private static final int SMALL_BYTES = 40 * 1024;
    private static final int LARGE_BYTES = 200 * 1024;

    /** A step of a class of this project, the first time: before and after. */
    private static Stream<Step> around(String className, String method) {
        return around(className, method, 1);
    }

    private static Stream<Step> around(String className, String method, int hit) {
        String name = "org.dicomgateway." + className;
        return Stream.of(new Step(name, method, true, hit), new Step(name, method, false, hit));
    }

    private static final List<Step> STEPS = Stream.of(
                    // The row of segments, while it is short.
                    around("spool.log.SegmentLog", "prepareSpare"),
                    around("spool.log.SegmentLog", "begin", 2),
                    // Receiving: the record, and the file of a large instance with its name.
                    around("spool.log.Segment", "append", 3),
                    around("spool.disk.LocalDisk$LocalFile", "sync", 4),
                    around("spool.log.InstanceFiles$Part", "complete"),
                    around("spool.log.InstanceFiles", "name"),
                    around("spool.log.InstanceFiles", "syncReceived"),
                    // The answer.
                    around("receive.StoreHandler", "cStore", 5),
                    around("dicom.acceptor.StoreRequests", "serve", 5),
                    // The ledger.
                    around("spool.sqlite.SqliteLedger", "apply", 3),
                    around("spool.sqlite.SqliteLedger", "sync", 2),
                    // Sending, and what becomes of it.
                    around("dicom.requestor.RequestedAssociation", "beginStore", 3),
                    around("dicom.requestor.RequestedAssociation", "next", 3),
                    around("spool.engine.Spool", "settle", 3),
                    // A segment is done with.
                    around("spool.log.SegmentLog", "keep"),
                    // What is stuck leaves the log.
                    around("spool.upkeep.Stragglers", "write"),
                    around("spool.log.InstanceFiles", "syncMoved"),
                    // The start after all of that.
                    around("spool.recovery.Replay", "run"),
                    around("spool.recovery.OrphanFiles", "reconcile"))
            .flatMap(steps -> steps)
            .filter(step ->
                    ALL || (step.before() ? !SELDOM.contains(step.method()) : AFTER_TOO.contains(step.method())))
            .toList();

    /** Of a start that finds its ledger overwritten, in their order: it is set aside, and built anew. */
    private static final List<Step> REBUILDING = Stream.of(
                    around("spool.sqlite.LedgerFile", "setAside"),
                    around("spool.sqlite.LedgerSchema", "migrate"),
                    around("spool.recovery.Replay", "run"),
                    around("spool.sqlite.SqliteLedger", "apply"),
                    around("spool.recovery.OrphanFiles", "adopt"),
                    around("spool.recovery.Recovery", "checkBooks"),
                    around("spool.journal.FactJournal", "raise"),
                    around("spool.sqlite.SqliteLedger", "sync"))
            .flatMap(steps -> steps)
            .filter(step -> ALL || (step.before() && !SELDOM.contains(step.method())))
            .toList();

    @TempDir
    private Path directory;

    private final Set<TestFile> routed = new HashSet<>();
    private final Set<TestFile> unrouted = new HashSet<>();

    @Test
    void at_whatever_step_it_is_killed_what_was_answered_with_success_arrives() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 11);
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC1");
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            // Without the operators' interface, which is no step of the data path.
            gateway.configure("""
                    gateway.admin.enabled = false
                    gateway.spool {
                      segment-size = 1 MiB, large-instance = 64 KiB, straggler-age = 1 s
                    }
                    """);
            route(gateway, server, "CT");
            List<String> missed = new ArrayList<>();
            for (Step step : STEPS) {
                if (!killedAt(step, gateway, files)) {
                    missed.add(step.toString());
                }
            }
            haveSomeInFilesAlone(gateway, files);
            overwriteLedger(gateway);
            for (Step step : REBUILDING) {
                if (!killedAt(step, gateway, files)) {
                    missed.add(step + ", while the ledger is rebuilt");
                }
            }
            assertThat(missed).as("steps that were never come to").isEmpty();

            route(gateway, server, "CT, MR");
            gateway.start();
            Set<TestFile> all = new HashSet<>(routed);
            all.addAll(unrouted);
            System.out.printf(
                    "CrashPointIT: %d kills, %d instances answered with success, %d of them held for a time%n",
                    STEPS.size() + REBUILDING.size(), all.size(), unrouted.size());
            assertThat(routed).hasSizeGreaterThan(2 * STEPS.size());
            assertThat(unrouted).isNotEmpty();
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() ->
                            assertThat(Reconciliation.missing(server, all)).isEmpty());
            assertThat(Reconciliation.damaged(server, all)).isEmpty();
            assertThat(gateway.count("parked")).isZero();
            assertThat(gateway.output()).doesNotContain("BOOKS DO NOT BALANCE");
            assertThat(gateway.terminate(LIMIT)).isZero();
            assertThat(leftovers(gateway)).isEmpty();
        }
    }

    /** CT goes to the server, MR too when it is told so, and is held otherwise. */
    private static void route(GatewayProcess gateway, OrthancServer server, String modalities) {
        gateway.routing(GatewayProcess.destinations(server.peer()) + "routes = [ { name = some, match { modality = ["
                + modalities + "] }, to = [orthanc1] } ]\n");
    }

    /** What the log does not have any more is lost to a rebuild that forgets a file. */
    private void haveSomeInFilesAlone(GatewayProcess gateway, TestFiles files) {
        gateway.start();
        List<TestFile> held = files.study(1, 3, TestFiles.MR, SMALL_BYTES);
        List<TestFile> wanted = files.study(1, SMALL, SMALL_BYTES);
        for (List<TestFile> study : List.of(held, wanted, files.study(1, SMALL, SMALL_BYTES))) {
            try (Sender sender = Sender.start(
                    directory.resolve("before-" + study.get(0).sopInstance() + ".log"), gateway.peer(), "CT1", study)) {
                sender.await(LIMIT);
                (study == held ? unrouted : routed).addAll(sender.answered());
            }
        }
        await("what no route wants is in files, and its segments are free")
                .atMost(LIMIT)
                .until(() -> names(gateway, "held", ".dcm") >= held.size() && names(gateway, "log", ".seg") <= 2);
        gateway.kill();
    }

    private static long names(GatewayProcess gateway, String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(gateway.home().resolve("var/spool/" + folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).count();
        }
    }

    /** Once, with noise: each start after that finds a rebuild that was interrupted a step further on. */
    private static void overwriteLedger(GatewayProcess gateway) throws IOException {
        byte[] noise = new byte[8_192];
        new Random(1).nextBytes(noise);
        Files.write(gateway.home().resolve("var/spool/ledger.db"), noise, StandardOpenOption.WRITE);
    }

    private boolean killedAt(Step step, GatewayProcess gateway, TestFiles files) {
        int port = FreePorts.next();
        gateway.begin(Debugger.option(port));
        try (Debugger debugger = Debugger.attach(port, step)) {
            await().atMost(LIMIT).until(() -> debugger.hasReached() || gateway.listens() || !gateway.isAlive());
            assertThat(gateway.isAlive()).as(gateway.output()).isTrue();
            if (!debugger.hasReached()) {
                send(step, gateway, files, debugger);
            }
            boolean reached = debugger.hasReached();
            gateway.kill();
            return reached;
        }
    }

    /** Small ones in abundance, large ones, and some that no route wants, until it stands still. */
    private void send(Step step, GatewayProcess gateway, TestFiles files, Debugger debugger) {
        String name = step.toString().replace(' ', '-');
        List<TestFile> held = files.study(1, 2, TestFiles.MR, SMALL_BYTES);
        List<TestFile> wanted = new ArrayList<>(files.study(1, SMALL, SMALL_BYTES));
        wanted.addAll(1, files.study(1, 2, LARGE_BYTES));
        try (Sender other = Sender.start(directory.resolve(name + "-MR.log"), gateway.peer(), "MR1", held);
                Sender sender = Sender.start(directory.resolve(name + "-CT.log"), gateway.peer(), "CT1", wanted)) {
            debugger.await(Duration.ofSeconds(40));
            gateway.kill();
            sender.await(LIMIT);
            other.await(LIMIT);
            routed.addAll(sender.answered());
            unrouted.addAll(other.answered());
        }
    }

    /** Everything is delivered: no file of an instance may be left. */
    private static List<String> leftovers(GatewayProcess gateway) throws IOException {
        List<String> left = new ArrayList<>();
        for (String folder : List.of("large", "held")) {
            try (Stream<Path> files = Files.list(gateway.home().resolve("var/spool/" + folder))) {
                files.forEach(file -> left.add(file.toString()));
            }
        }
        return left;
    }
}
