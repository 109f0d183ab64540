package org.dicomgateway.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.testkit.PostgresServer;

/**
 * What it costs that a synchronous standby has each instance before it is answered, with one, two and three gateways
 * over one PostgreSQL, beside a gateway on its own; and how long it takes until another gateway delivers what one had
 * that died. Both databases sync each commit; the destination discards the bytes.
 */
final class ClusterFigure {

    private static final String NAME = "cluster: answered, and delivered to a destination that discards the bytes";
    private static final String TAKEOVER = "cluster: from SIGKILL of a gateway to the delivery of what it had";
    private static final String FIXED = "cluster: delivered to a destination that takes 40 ms for each instance";
    private static final Duration SERVICE = Duration.ofMillis(40);
    private static final int PLACES = 4;
    private static final int GATEWAYS = 3;
    private static final int SENDERS = 6;
    private static final Duration LEASE = Duration.ofSeconds(10);

    private ClusterFigure() {}

    /** How fast it went in one run, and what it cost per instance in ms. */
    private static final class Case {
        private final Samples rate = new Samples();
        private final Samples gateways = new Samples();
        private final Samples databases = new Samples();
    }

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, size);
        }
        scaleOut(lab);
        takeover(lab);
    }

    /**
     * The destination takes a fixed time for each instance, and the gateways together may open so many associations as
     * there are gateways times {@link #PLACES}. So the gateways, not this machine, are what there is more of, as long as
     * its cores are not busy.
     */
    private static void scaleOut(Lab lab) {
        Samples alone = new Samples();
        for (int many = 0; many <= GATEWAYS; many++) {
            Samples rate = many == 0 ? alone : new Samples();
            Samples cores = new Samples();
            Samples commits = new Samples();
            for (int run = 0; run < lab.runs(); run++) {
                scaleOut(lab, many, rate, cores, commits);
            }
            String what = many == 0
                    ? "alone, %d associations".formatted(PLACES)
                    : "%d gateways, %d associations".formatted(many, many * PLACES);
            lab.progress("  %d ms per instance, %s: %s/s; %s cores busy, %s commits per instance"
                    .formatted(SERVICE.toMillis(), what, rate.text(), cores.text(), commits.text()));
            lab.results().ratio(FIXED, what + ", instances/s", rate, "alone", alone, "");
            lab.results().value(FIXED, what + ", cores busy, of the whole machine", cores.text(), "under 2");
            lab.results().value(FIXED, what + ", the primary's commits per instance", commits.text(), "");
        }
    }

    private static void scaleOut(Lab lab, int many, Samples rate, Samples cores, Samples commits) {
        int gateways = Math.max(1, many);
        Path folder = lab.folder("files");
        try (Sink sink = Sink.serving("SINK", SERVICE);
                Databases databases = new Databases(lab.folder("postgres"));
                Gateways cluster = new Gateways(
                        lab, sink, databases, gateways, many > 0, ", max-associations = " + gateways * PLACES)) {
            List<BenchGateway> all = cluster.some(gateways);
            all.forEach(gateway -> gateway.pause(sink.peer()));
            BenchFiles files = BenchFiles.write(folder, gateways, lab.count(1_000), Lab.SMALL);
            long before = databases.commits();
            List<Path> paths = files.all();
            for (int i = 0; i < gateways; i++) {
                int part = paths.size() / gateways;
                DirectSender.sendFiles(all.get(i).peer(), 1, paths.subList(i * part, (i + 1) * part));
            }
            List<ForwardLogTail> tails = all.stream().map(BenchGateway::log).toList();
            double busy = Cpu.busySeconds();
            long begin = System.nanoTime();
            all.forEach(gateway -> gateway.resume(sink.peer()));
            tails.forEach(tail -> tail.await("delivered", files.count() / gateways, Lab.LIMIT));
            double seconds = (System.nanoTime() - begin) / 1e9;
            rate.add(files.count() / seconds);
            cores.add((Cpu.busySeconds() - busy) / seconds);
            commits.add((databases.commits() - before) / (double) files.count());
        } finally {
            Lab.delete(folder);
        }
    }

    private static void measure(Lab lab, int size) {
        int each = lab.count(size == Lab.LARGE ? 600 : 6_000) / SENDERS;
        Path folder = lab.folder("files");
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i <= GATEWAYS; i++) {
            cases.add(new Case());
        }
        try (Sink sink = Sink.discarding("SINK");
                Databases databases = new Databases(lab.folder("postgres"));
                BenchGateway alone = lab.gatewayTo(sink.peer());
                Gateways cluster = new Gateways(lab, sink, databases, GATEWAYS)) {
            BenchFiles files = BenchFiles.write(folder, SENDERS, each, size);
            for (int run = -Lab.COLD_RUNS; run < lab.runs(); run++) {
                for (int many = 0; many <= GATEWAYS; many++) {
                    List<BenchGateway> gateways = many == 0 ? List.of(alone) : cluster.some(many);
                    files.renew();
                    run(files, gateways, databases, run < 0 ? new Case() : cases.get(many));
                }
            }
        } finally {
            Lab.delete(folder);
        }
        Case baseline = cases.get(0);
        for (int many = 1; many <= GATEWAYS; many++) {
            Case one = cases.get(many);
            String what = "%s, %d of %d gateways get it".formatted(Lab.sizeName(size), many, GATEWAYS);
            lab.progress("  %s: %s; alone %s".formatted(what, one.rate.text(), baseline.rate.text()));
            lab.results().ratio(NAME, what + ", instances/s", one.rate, "alone", baseline.rate, "");
            lab.results()
                    .ratio(
                            NAME,
                            what + ", the gateways' processor time, ms per instance",
                            one.gateways,
                            "alone",
                            baseline.gateways,
                            "");
            lab.results()
                    .value(NAME, what + ", the databases' processor time, ms per instance", one.databases.text(), "");
        }
    }

    /** The senders' files are shared out to the gateways. */
    private static void run(BenchFiles files, List<BenchGateway> gateways, Databases databases, Case into) {
        List<ForwardLogTail> tails = gateways.stream().map(BenchGateway::log).toList();
        List<List<Path>> parts = new ArrayList<>();
        gateways.forEach(gateway -> parts.add(new ArrayList<>()));
        List<Path> all = files.all();
        for (int i = 0; i < all.size(); i++) {
            parts.get(i % parts.size()).add(all.get(i));
        }
        double cpu = gateways.stream().mapToDouble(BenchGateway::cpuSeconds).sum();
        double ofDatabases = databases.cpuSeconds();
        long begin = System.nanoTime();
        ExecutorService senders = Executors.newFixedThreadPool(gateways.size());
        try {
            List<Future<Double>> sent = new ArrayList<>();
            for (int i = 0; i < gateways.size(); i++) {
                BenchGateway gateway = gateways.get(i);
                List<Path> part = parts.get(i);
                sent.add(senders.submit(() -> DirectSender.sendFiles(gateway.peer(), SENDERS / gateways.size(), part)));
            }
            for (int i = 0; i < gateways.size(); i++) {
                sent.get(i).get();
            }
            into.rate.add(files.count() / ((System.nanoTime() - begin) / 1e9));
            for (int i = 0; i < gateways.size(); i++) {
                tails.get(i).await("delivered", parts.get(i).size(), Lab.LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("sending failed", e);
        } finally {
            senders.shutdownNow();
        }
        into.gateways.add(
                (gateways.stream().mapToDouble(BenchGateway::cpuSeconds).sum() - cpu) / files.count() * 1e3);
        into.databases.add((databases.cpuSeconds() - ofDatabases) / files.count() * 1e3);
    }

    /** The destination is paused while a gateway gets the instances, and resumed when that one is dead. */
    private static void takeover(Lab lab) {
        int many = lab.count(1_000);
        Samples first = new Samples();
        Samples last = new Samples();
        Path folder = lab.folder("files");
        BenchFiles files = BenchFiles.write(folder, 4, many / 4, Lab.SMALL);
        for (int run = 0; run < lab.runs(); run++) {
            files.renew();
            try (Sink sink = Sink.discarding("SINK");
                    Databases databases = new Databases(lab.folder("postgres"));
                    Gateways cluster = new Gateways(lab, sink, databases, 2)) {
                BenchGateway dying = cluster.some(2).get(0);
                BenchGateway survivor = cluster.some(2).get(1);
                survivor.pause(sink.peer());
                DirectSender.sendFiles(dying.peer(), 4, files.all());
                ForwardLogTail tail = survivor.log();
                long begin = System.nanoTime();
                dying.kill();
                survivor.resume(sink.peer());
                tail.await("delivered", 1, Lab.LIMIT);
                first.add((System.nanoTime() - begin) / 1e9);
                tail.await("delivered", files.count(), Lab.LIMIT);
                last.add((System.nanoTime() - begin) / 1e9);
            }
        }
        Lab.delete(folder);
        String what = "%d of %s, lease %d s".formatted(files.count(), Lab.sizeName(Lab.SMALL), LEASE.toSeconds());
        lab.progress("  takeover: first %s s, last %s s".formatted(first.text(), last.text()));
        lab.results().value(TAKEOVER, what + ": the first one, s", first.text(), "lease + 2 s");
        lab.results().value(TAKEOVER, what + ": the last one, s", last.text(), "");
    }

    /** A primary and its synchronous standby, which sync as they do in a hospital. */
    private static final class Databases implements AutoCloseable {

        private final PostgresServer primary;
        private final PostgresServer standby;

        Databases(Path folder) {
            primary = PostgresServer.start(folder);
            standby = primary.startStandby(folder);
            primary.set("fsync = on");
            standby.set("fsync = on");
        }

        double cpuSeconds() {
            return Cpu.secondsWithChildren(primary.pid()) + Cpu.secondsWithChildren(standby.pid());
        }

        long commits() {
            return primary.number("SELECT xact_commit FROM pg_stat_database WHERE datname = 'gateway'");
        }

        @Override
        public void close() {
            standby.close();
            primary.close();
        }
    }

    /** Gateways of one cluster. */
    private static final class Gateways implements AutoCloseable {

        private final List<BenchGateway> all = new ArrayList<>();

        Gateways(Lab lab, Sink sink, Databases databases, int many) {
            this(lab, sink, databases, many, true, "");
        }

        /** @param clustered otherwise each is on its own */
        Gateways(Lab lab, Sink sink, Databases databases, int many, boolean clustered, String options) {
            for (int i = 1; i <= many; i++) {
                all.add(lab.gateway(
                        !clustered ? "" : """
                        gateway.cluster {
                          node = gw%d, lease = %d s
                          postgresql.url = "postgresql://127.0.0.1:%d/gateway"
                        }
                        """.formatted(i, LEASE.toSeconds(), databases.primary.port()),
                        BenchGateway.destinations(options, sink.peer()) + "routes = [ { name = all, to = "
                                + BenchGateway.name(sink.peer()) + " } ]"));
            }
        }

        List<BenchGateway> some(int many) {
            return all.subList(0, many);
        }

        @Override
        public void close() {
            all.forEach(BenchGateway::close);
        }
    }
}
