package org.dicomgateway.torture;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.OrthancServer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One run: load and faults for a time, then peace, then the reckoning. Faults of the gateway itself and faults of the
 * world around it happen side by side, each in an order that the seed decides. In the last third the gateway is left to
 * itself, so that one process can be held against what it was: what it holds when all is delivered must not have grown.
 */
final class Torture {

    private static final int MODALITIES = 4;
    private static final Duration QUIET = Duration.ofMinutes(10);
    /** Of thousands of copies, which give way to deliveries. */
    private static final Duration LONGEST_REPAIR = Duration.ofMinutes(40);
    /** Of what no server can take, when all is well; with as many that every server can. */
    private static final int POISON = 5;

    private static final long MORE_FILES = 12;
    /** The pool that answers operators grows to its bound, sixteen, while the state is asked for. */
    private static final long MORE_THREADS = 20;

    /** Of the client by which servers are asked what they hold: they end when they had nothing to do for a minute. */
    private static final long HTTP_THREADS = 24;

    private static final long MORE_HEAP = 32 << 20;
    /** The libraries of the process that runs, and what those have left that were killed a moment before it began. */
    private static final long TEMPORARY_FILES = 40;

    private final Path directory;
    private final Duration time;
    private final long seed;
    private final boolean faithful;
    private final Journal journal;

    /** @param faithful whether the servers keep what they took, as it was sent */
    Torture(Path directory, Duration time, long seed, boolean faithful, PrintStream out) {
        this.directory = directory;
        this.time = time;
        this.seed = seed;
        this.faithful = faithful;
        this.journal = new Journal(out, true);
    }

    /**
     * What came of it.
     *
     * @param answered instances that a sender saw answered with 0x0000
     * @param faults that befell gateway and world
     * @param wrong what is lost, damaged, out of order, out of balance, shown down or has grown, in words; empty:
     *     nothing
     */
    record Report(int answered, int faults, List<String> wrong) {}

    /** Runs it. */
    Report run() throws InterruptedException, ExecutionException {
        try (World world = new World(directory, faithful)) {
            journal.say(
                    "torture: %s, seed %d, servers that %s what they take%s",
                    time,
                    seed,
                    faithful ? "keep" : "lose and change",
                    world.hasOwnDisk() ? "" : "; no small disk for the spool (that takes root), so none is filled");
            world.gateway().start();
            Commitments commitments = new Commitments(world, journal);
            Load load = new Load(
                    directory.resolve("files"), world.gateway().peer(), world.webPort(), journal, commitments, pace());
            WorldFaults worldFaults = new WorldFaults(world, journal, new Random(seed + 2));
            Footprint before;
            try (load) {
                load.start(MODALITIES, seed);
                before = torment(world, worldFaults);
            }
            worldFaults.awaitRepair();
            List<String> wrong = new ArrayList<>();
            settle(world, load, wrong);
            poison(world, load, wrong);
            if (!faithful) {
                heal(world, wrong);
            }
            List<Sent> sent = load.sent();
            wrong.addAll(Audit.servers(world, sent));
            wrong.addAll(Audit.order(world.gateway().forwardLog(), sent));
            wrong.addAll(commitments(commitments));
            Footprint after = Footprint.of(world.gateway().pid());
            compare(before, after, wrong);
            int code = world.gateway().terminate(Duration.ofSeconds(60));
            if (code != 0) {
                wrong.add("the gateway exited with " + code);
            }
            wrong.addAll(Audit.spool(world.spool()));
            report(load, sent, before, after, wrong);
            return new Report(
                    answered(sent),
                    journal.counts().values().stream().mapToInt(count -> count).sum(),
                    wrong);
        }
    }

    /** So that half an hour stays within what three servers can be asked for in a few minutes. */
    private Duration pace() {
        return time.compareTo(Duration.ofMinutes(5)) > 0 ? Duration.ofMillis(350) : Duration.ofMillis(120);
    }

    /** @return what the process holds that is left to itself from then on */
    private Footprint torment(World world, WorldFaults worldFaults) throws InterruptedException, ExecutionException {
        long now = System.nanoTime();
        GatewayFaults gatewayFaults = new GatewayFaults(world, journal, new Random(seed + 1));
        ExecutorService tormentors = Executors.newFixedThreadPool(2);
        try {
            Future<@Nullable Void> gateway = tormentors.submit(
                    () -> torment(now + time.toNanos() * 2 / 3, new Random(seed + 3), gatewayFaults::next));
            Future<@Nullable Void> around =
                    tormentors.submit(() -> torment(now + time.toNanos(), new Random(seed + 4), worldFaults::next));
            gateway.get();
            Footprint before = Footprint.of(world.gateway().pid());
            around.get();
            return before;
        } finally {
            tormentors.shutdownNow();
        }
    }

    private interface Fault {
        void happen() throws InterruptedException;
    }

    /** One fault after the other, until a time. */
    private static @Nullable Void torment(long until, Random random, Fault fault) throws InterruptedException {
        while (System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(2_500));
            if (System.nanoTime() < until) {
                fault.happen();
            }
        }
        return null;
    }

    private static int answered(List<Sent> sent) {
        return (int) sent.stream().filter(Sent::answered).count();
    }

    /** Peace: everything is well again, operators retry what is parked, and all that waits and can be is delivered. */
    private void settle(World world, Load load, List<String> wrong) {
        world.emptyDisk();
        world.networks().forEach(network -> network.behave());
        world.servers().forEach(OrthancServer::thaw);
        List<String> destinations = List.of("orthanc1", "orthanc2", "orthanc3");
        destinations.forEach(name -> world.gateway().ask("resume", name));
        long begin = System.nanoTime();
        try {
            Awaitility.await()
                    .atMost(QUIET)
                    .pollInterval(Duration.ofMillis(1_500))
                    .until(() -> isQuiet(world, load));
        } catch (ConditionTimeoutException e) {
            wrong.add("not everything is delivered after " + QUIET + ": " + status(world));
        }
        JsonNode status = status(world);
        journal.say(
                "quiet %.1f s after the last fault; books: %d received, %d delivered, %d pending, %d parked, %d held",
                (System.nanoTime() - begin) / 1e9,
                Audit.count(status, "received"),
                Audit.count(status, "delivered"),
                Audit.count(status, "pending"),
                Audit.count(status, "parked"),
                Audit.count(status, "held"));
        wrong.addAll(Audit.books(status));
    }

    /** Each request has its report, and none said what was not so. */
    private List<String> commitments(Commitments commitments) {
        try (commitments) {
            Awaitility.await()
                    .atMost(QUIET)
                    .pollInterval(Duration.ofMillis(500))
                    .until(commitments::areAllReported);
        } catch (ConditionTimeoutException e) {
            journal.say("not every request of storage commitment has its report after %s", QUIET);
        }
        journal.say("%s", commitments.summary());
        return commitments.wrong();
    }

    /** Operators have repaired what servers lost and changed, until all is there. */
    private void heal(World world, List<String> wrong) throws InterruptedException {
        long begin = System.nanoTime();
        Dcmtk.Result last = repair(world, journal);
        while (!last.succeeded() && System.nanoTime() - begin < QUIET.toNanos()) {
            last = repair(world, journal);
        }
        if (!last.succeeded()) {
            wrong.add("not every copy is verified " + QUIET + " after the last fault: " + last.output());
        }
    }

    /** An operator has everything verified, and repaired. */
    static Dcmtk.Result repair(World world, Journal journal) {
        Dcmtk.Result result = world.gateway()
                .run(
                        LONGEST_REPAIR,
                        "verify",
                        "--all",
                        "--repair",
                        "--overwrite",
                        "--config",
                        world.gateway().configuration().toString());
        // The gateway may be down at that moment.
        String repaired = result.output()
                .lines()
                .filter(line -> line.matches("orthanc\\d +\\d.*"))
                .map(line -> line.split(" +"))
                .map(columns -> columns[6] + " sent again to " + columns[0])
                .collect(Collectors.joining(", "));
        journal.done("operator: everything is verified and repaired", repaired);
        return result;
    }

    private boolean isQuiet(World world, Load load) {
        JsonNode status = status(world);
        Set<String> parked = new HashSet<>(parked(world).keySet());
        parked.removeAll(load.poison());
        if (!parked.isEmpty()) {
            journal.done("operator: retry of what is parked", parked.size() + " instances");
            world.gateway().ask("retry", "--all");
        }
        return parked.isEmpty() && nothingWaits(status);
    }

    private static boolean nothingWaits(JsonNode status) {
        return Audit.count(status, "pending") + Audit.count(status, "held") == 0
                && status.at("/status/unassigned").asLong(-1) == 0
                && status.at("/status/unrouted").asLong(-1) == 0;
    }

    /** What no server can take ends parked, and no server that takes the rest is shown down for it. */
    private void poison(World world, Load load, List<String> wrong) throws InterruptedException {
        load.sendPoison(POISON);
        Set<String> down = new TreeSet<>();
        try {
            Awaitility.await()
                    .atMost(QUIET)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        JsonNode status = status(world);
                        down.addAll(Audit.down(status));
                        return nothingWaits(status);
                    });
        } catch (ConditionTimeoutException e) {
            wrong.add("what no server can take is not parked after " + QUIET + ": " + status(world));
        }
        down.forEach(name -> wrong.add("down: " + name + " was shown so for what no server can take"));
        wrong.addAll(Audit.poison(
                parked(world), load.answeredPoison(), world.servers().size()));
    }

    private static Map<String, Long> parked(World world) {
        return Audit.parked(JsonMapper.shared()
                .readTree(world.gateway()
                        .ask("parked", "--json", "--limit", "100000")
                        .output()));
    }

    private static JsonNode status(World world) {
        return JsonMapper.shared()
                .readTree(world.gateway().ask("status", "--json").output());
    }

    private void compare(Footprint before, Footprint after, List<String> wrong) {
        if (after.files() > before.files() + MORE_FILES
                || after.threads() > before.threads() + MORE_THREADS + (faithful ? 0 : HTTP_THREADS)
                || after.heapBytes() > before.heapBytes() + MORE_HEAP) {
            wrong.add("the process has grown: " + before + " → " + after);
        }
    }

    private void report(Load load, List<Sent> sent, Footprint before, Footprint after, List<String> wrong) {
        journal.say("");
        journal.say("what was done to it");
        journal.counts().forEach((what, count) -> journal.say("  %5d  %s", count, what));
        journal.say("what it held: %s under load; %s at the end", before, after);
        long temporary = temporaryFiles();
        if (temporary > TEMPORARY_FILES) {
            wrong.add(temporary + " temporary files are left behind");
        }
        journal.say(
                "%d instances offered, %d answered with 0x0000, %d of these lost or damaged",
                load.offered(),
                answered(sent),
                wrong.stream()
                        .filter(each -> each.startsWith("lost") || each.startsWith("damaged"))
                        .count());
        journal.say(
                "%d offered again with other content, %d that no server can take",
                sent.stream().filter(each -> each.version() > 1).count(),
                load.poison().size());
        wrong.stream().limit(50).forEach(each -> journal.say("WRONG  %s", each));
        journal.say(
                wrong.isEmpty()
                        ? "0 lost, 0 out of order, no healthy server shown down, 0 books out of balance, no growth"
                        : wrong.size() + " things are wrong");
    }

    private long temporaryFiles() {
        try (Stream<Path> files = Files.list(directory.resolve("gateway/tmp"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
