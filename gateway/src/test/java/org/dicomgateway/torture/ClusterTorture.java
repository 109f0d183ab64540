package org.dicomgateway.torture;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.scp.StoreScp;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One run of a cluster: load and faults for a time, then peace, then the reckoning. */
final class ClusterTorture {

    private static final int MODALITIES = 3;
    private static final Duration QUIET = Duration.ofMinutes(5);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final Path directory;
    private final long seed;
    private final Journal journal;

    ClusterTorture(Path directory, long seed, PrintStream out) {
        this.directory = directory;
        this.seed = seed;
        this.journal = new Journal(out, true);
    }

    /** Runs it. */
    Torture.Report run(Duration time) throws InterruptedException, ExecutionException {
        try (ClusterWorld world = new ClusterWorld(directory, false)) {
            journal.say("torture of a cluster: %s, seed %d", time, seed);
            world.start();
            ClusterLoad load = new ClusterLoad(directory.resolve("files"), world, journal, Duration.ofMillis(150));
            try (load) {
                load.start(MODALITIES, seed);
                torment(world, time);
            }
            return reckon(world, load.sent());
        }
    }

    /**
     * Whether a loss would be seen: no standby is asked to confirm anything, and the primary is lost together with the
     * gateway that had the instances.
     */
    Torture.Report runWithoutSynchronousStandby() throws InterruptedException {
        try (ClusterWorld world = new ClusterWorld(directory, true)) {
            journal.say("a cluster without a synchronous standby loses its primary, and a gateway");
            world.primary().execute("ALTER SYSTEM SET synchronous_standby_names = ''");
            world.primary().execute("SELECT pg_reload_conf()");
            world.start();
            ClusterLoad load = new ClusterLoad(directory.resolve("files"), world, journal, Duration.ZERO);
            world.archives().forEach(StoreScp::kill);
            Path home = directory.resolve("files");
            load.send(home, "BEFORE", new TestFiles(home, seed).study(1, 10, 10_000), 1, 0);
            world.standby().kill();
            load.send(home, "AFTER", new TestFiles(home, seed + 1).study(1, 10, 10_000), 1, 0);
            ClusterWorld.Node dying = world.nodes().get(0);
            dying.kill();
            dying.loseDisk();
            world.primary().kill();
            world.standby().startAgain();
            world.failOver();
            dying.up();
            world.archives().forEach(StoreScp::startAgain);
            return reckon(world, load.sent());
        }
    }

    private void torment(ClusterWorld world, Duration time) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + time.toNanos();
        ClusterFaults ofGateways = new ClusterFaults(world, journal, new Random(seed + 1));
        ClusterFaults ofTheDatabase = new ClusterFaults(world, journal, new Random(seed + 2));
        ExecutorService tormentors = Executors.newFixedThreadPool(2);
        try {
            Future<@Nullable Void> gateways =
                    tormentors.submit(() -> torment(end, new Random(seed + 3), ofGateways::nextOfGateways));
            Future<@Nullable Void> databases =
                    tormentors.submit(() -> torment(end, new Random(seed + 4), ofTheDatabase::nextOfTheDatabase));
            gateways.get();
            databases.get();
        } finally {
            tormentors.shutdownNow();
        }
    }

    /** One fault after the other, until a time. */
    private static @Nullable Void torment(long until, Random random, Deck.Fault fault) throws InterruptedException {
        while (System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(4_000));
            if (System.nanoTime() < until) {
                fault.happen();
            }
        }
        return null;
    }

    private Torture.Report reckon(ClusterWorld world, List<Sent> sent) {
        List<String> wrong = new ArrayList<>();
        world.nodes().forEach(node -> node.networks().forEach(FaultProxy::behave));
        world.ways().forEach(FaultProxy::behave);
        settle(world, wrong);
        rules(world, wrong);
        once(world, wrong);
        deliveries(world, sent, wrong);
        leave(world, wrong);
        journal.say("");
        journal.say("what was done to it");
        journal.counts().forEach((what, count) -> journal.say("  %5d  %s", count, what));
        int answered = (int) sent.stream().filter(Sent::answered).count();
        journal.say(
                "%d instances offered, %d answered with 0x0000, %d of these lost",
                sent.size(),
                answered,
                wrong.stream().filter(each -> each.startsWith("lost")).count());
        wrong.stream().limit(50).forEach(each -> journal.say("WRONG  %s", each));
        journal.say(
                wrong.isEmpty()
                        ? "0 lost, 0 pending, 0 settled twice, 0 out of order"
                        : wrong.size() + " things are wrong");
        int faults = journal.counts().values().stream().mapToInt(count -> count).sum();
        return new Torture.Report(answered, faults, wrong);
    }

    /** Peace: operators retry what is parked, and nothing is left to do, in the database and in each gateway. */
    private void settle(ClusterWorld world, List<String> wrong) {
        long begin = System.nanoTime();
        try {
            Awaitility.await()
                    .atMost(QUIET)
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptions() // gateways that start
                    .until(() -> isQuiet(world));
            journal.say("quiet %.1f s after the last fault", (System.nanoTime() - begin) / 1e9);
        } catch (ConditionTimeoutException e) {
            wrong.add("pending: " + world.primary().number("SELECT count(*) FROM instance WHERE state = 0")
                    + " instances in the database after " + QUIET + "; "
                    + world.nodes().stream()
                            .map(node -> node.gateway().ask("status").output())
                            .toList());
        }
    }

    private static boolean isQuiet(ClusterWorld world) {
        long waiting = world.primary().number("SELECT count(*) FROM instance WHERE state = 0");
        for (ClusterWorld.Node node : world.nodes()) {
            JsonNode status = JsonMapper.shared()
                    .readTree(node.gateway().ask("status", "--json").output());
            if (Audit.count(status, "parked") > 0) {
                node.gateway().ask("retry", "--all");
            }
            waiting += Audit.count(status, "pending") + Audit.count(status, "parked") + Audit.count(status, "held");
        }
        return waiting == 0;
    }

    /** All gateways work by the same rules, whoever died while they were published. */
    private static void rules(ClusterWorld world, List<String> wrong) {
        try {
            Awaitility.await()
                    .atMost(STOP_LIMIT)
                    .until(() -> world.nodes().get(0).gateway().ask("rules").succeeded());
        } catch (ConditionTimeoutException e) {
            wrong.add("rules: " + world.nodes().get(0).gateway().ask("rules").output());
        }
    }

    /** No two members have settled one copy. */
    private static void once(ClusterWorld world, List<String> wrong) {
        long twice = world.primary()
                .number("SELECT count(*) FROM (SELECT 1 FROM copy WHERE state = 1 "
                        + "GROUP BY instance, destination HAVING count(*) > 1) AS twice");
        if (twice > 0) {
            wrong.add("settled twice: " + twice + " copies");
        }
        long settled = world.primary().number("SELECT count(*) FROM copy WHERE state = 1");
        if (settled == 0) {
            wrong.add("no copy is settled in the database");
        }
    }

    /**
     * Each destination has, byte for byte, what was answered with success, unless it has a newer version; and the
     * newest version came last.
     */
    private void deliveries(ClusterWorld world, List<Sent> sent, List<String> wrong) {
        Map<String, Sent> byDigest = new HashMap<>();
        sent.forEach(each -> byDigest.put(each.digest(), each));
        for (StoreScp archive : world.archives()) {
            Map<String, Integer> found = new HashMap<>();
            Map<String, Sent> last = new HashMap<>();
            int broken = 0;
            Map<String, FileTime> when = new HashMap<>();
            for (Map.Entry<Path, FileTime> file : arrived(archive)) {
                try {
                    String digest = digest(world, archive, byDigest, Part10.dataset(file.getKey()), wrong);
                    found.merge(digest, 1, Integer::sum);
                    Sent one = byDigest.get(digest);
                    // The clock of files is coarse: of two at the same time, nobody knows which was last.
                    if (one != null
                            && !(file.getValue().equals(when.put(one.sopInstance(), file.getValue()))
                                    && one.version() == 1)) {
                        last.put(one.sopInstance(), one);
                    }
                } catch (UncheckedIOException e) {
                    broken++; // the destination was killed while it wrote
                }
            }
            int more = 0;
            for (Sent each : sent) {
                int times = found.getOrDefault(each.digest(), 0);
                Sent newest = last.get(each.sopInstance());
                boolean replaced = newest != null && newest.version() > each.version();
                if (each.answered() && times == 0 && !replaced) {
                    wrong.add("lost: " + each.sopInstance() + " version " + each.version() + " is not at "
                            + archive.peer());
                } else if (each.answered() && newest != null && newest.version() < each.version()) {
                    wrong.add("out of order: " + each.sopInstance() + " came to " + archive.peer() + " as version "
                            + newest.version() + " after version " + each.version());
                }
                more += Math.max(0, times - 1);
            }
            journal.say(
                    "%s: %d files, %d of them more than once, %d broken off",
                    archive.peer().aeTitle(), archive.files().size(), more, broken);
        }
        journal.say(
                "%d of the instances were newer versions",
                sent.stream().filter(each -> each.version() > 1).count());
    }

    /** Of what was received; not of what was made of it for a destination that transforms. */
    private static String digest(
            ClusterWorld world, StoreScp archive, Map<String, Sent> known, byte[] dataset, List<String> wrong) {
        if (!world.transforms(archive)) {
            return Sent.digest(dataset);
        }
        Optional<byte[]> received = ClusterWorld.received(dataset);
        String digest = Sent.digest(received.orElse(dataset));
        // One that is broken off may end before what was added.
        if (received.isEmpty() && known.containsKey(digest)) {
            wrong.add("not transformed: " + known.get(digest).sopInstance() + " came to " + archive.peer());
        }
        return digest;
    }

    /** In the order of their arrival. */
    private static List<Map.Entry<Path, FileTime>> arrived(StoreScp archive) {
        Map<Path, FileTime> times = new HashMap<>();
        for (Path file : archive.files()) {
            try {
                times.put(file, Files.getLastModifiedTime(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return times.entrySet().stream().sorted(Map.Entry.comparingByValue()).toList();
    }

    /** All but one leave. What they kept in the database goes; their own spools are in order. */
    private static void leave(ClusterWorld world, List<String> wrong) {
        for (ClusterWorld.Node node : world.nodes().subList(1, world.nodes().size())) {
            int code = node.terminate(STOP_LIMIT);
            if (code != 0) {
                wrong.add(node.gateway().home() + " exited with " + code);
            }
            wrong.addAll(Audit.spool(node.disk().resolve("spool")));
        }
        String packs = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'pack\\_%'";
        try {
            Awaitility.await()
                    .atMost(STOP_LIMIT)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> world.primary().number(packs) <= 1);
        } catch (ConditionTimeoutException e) {
            wrong.add(world.primary().number(packs) + " packs are left, and only one is being filled");
        }
    }
}
