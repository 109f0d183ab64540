package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DiskLimit;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.bench.load.StockSender;
import org.dicomgateway.testkit.OrthancServer;

/** How fast instances are taken in, each answered only when it is durable, while nothing is sent on. */
final class IngestFigure {

    private static final String LOG = "storescu.log";
    private static final String LATER = "LATER";
    private static final String APPEND = "append";
    private static final String CPU = "cpu: processor time per instance in ms, by threads";
    private static final int SENDERS = 4;
    private static final long OURSELVES = ProcessHandle.current().pid();
    private static final String NAME = "ingest: answered durable, stock storescu as sender";

    private IngestFigure() {}

    static void measure(Lab lab) {
        Path kept = lab.folder("kept");
        try (Sink discarding = Sink.discarding("NULL");
                Sink filing = Sink.filing("FILES", kept);
                Sink later = Sink.discarding(LATER);
                BenchGateway gateway = lab.gatewayTo(later.peer())) {
            Acceptors all = new Acceptors(gateway, later, discarding, filing, kept);
            all.warmUp(lab);
            for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
                againstOrthanc(lab, all, size);
                for (int senders : new int[] {1, 4, 16}) {
                    againstAcceptors(lab, all, size, senders);
                }
            }
        } finally {
            Lab.delete(kept);
        }
    }

    /** By the wall clock of one {@code storescu}, as whoever waits for it sees it. */
    private static void againstOrthanc(Lab lab, Acceptors all, int size) {
        Samples ours = new Samples();
        Samples debian = new Samples();
        Samples noDelay = new Samples();
        int many = lab.count(size == Lab.LARGE ? 1500 : 6000);
        int few = lab.count(60);
        Path folder = lab.folder("files");
        Path log = folder.resolve(LOG);
        try (OrthancServer stock = lab.orthanc("ORTHANC1");
                OrthancServer mended = lab.orthanc("ORTHANC2", true, java.util.Map.of())) {
            BenchFiles files = BenchFiles.write(folder, 1, many, size);
            for (int run = 0; run < lab.runs(); run++) {
                files.renew();
                ours.add(many / all.secondsOfSender(folder, files));
                debian.add(few / StockSender.send(log, stock.peer(), files, few));
                files.renew();
                noDelay.add(few * 3 / StockSender.send(log, mended.peer(), files, few * 3));
                lab.progress("  %s, run %d: %s/s, Orthanc directly %s/s"
                        .formatted(Lab.sizeName(size), run + 1, ours.text(), debian.text()));
            }
        }
        Lab.delete(folder);
        String what = Lab.sizeName(size) + ", 1 association, instances/s";
        String aim = size == Lab.LARGE ? "40" : "120";
        lab.results().ratio(NAME, what, ours, "storescu directly to Debian's Orthanc", debian, aim);
        lab.results().ratio(NAME, what, ours, "the same with TCP_NODELAY=1", noDelay, "");
    }

    /** By the clock of the receiving side, from the first instance's begin to the last one's end. */
    private static void againstAcceptors(Lab lab, Acceptors all, int size, int senders) {
        Samples ours = new Samples();
        Samples nothing = new Samples();
        Samples filed = new Samples();
        Samples disk = new Samples();
        Samples cpu = new Samples();
        Samples nothingCpu = new Samples();
        Samples diskCpu = new Samples();
        int total = lab.count(size == Lab.LARGE ? 1600 : senders == 1 ? 6000 : 16_000);
        Path folder = lab.folder("files");
        try {
            BenchFiles files = BenchFiles.write(folder, senders, total / senders, size);
            int count = files.count();
            for (int run = 0; run < lab.runs(); run++) {
                files.renew();
                double before = all.gateway.cpuSeconds();
                ours.add(all.throughGateway(folder, files));
                cpu.add((all.gateway.cpuSeconds() - before) / count * 1e3);
                all.empty(count);
                before = Cpu.seconds(OURSELVES);
                nothing.add(all.intoNothing(folder, files));
                nothingCpu.add((Cpu.seconds(OURSELVES) - before) / count * 1e3);
                filed.add(all.intoFiles(folder, files));
                DiskLimit.Appended appended = DiskLimit.append(all.kept.resolve(APPEND), senders, size, count);
                disk.add(appended.perSecond());
                diskCpu.add(appended.cpuMillis());
            }
        } finally {
            Lab.delete(folder);
        }
        String what = "%s, %d sender%s, instances/s".formatted(Lab.sizeName(size), senders, senders == 1 ? "" : "s");
        lab.progress("  %s: %s, null %s, files %s, disk %s"
                .formatted(what, ours.text(), nothing.text(), filed.text(), disk.text()));
        lab.results().ratio(NAME, what, ours, "null acceptor", nothing, senders == 1 ? "0.65" : "0.75");
        lab.results().ratio(NAME, what, ours, "file per instance, synced", filed, "2.5");
        lab.results().ratio(NAME, what, ours, "plain append, group fdatasync, no DICOM", disk, "");
        lab.results()
                .ratio(
                        NAME,
                        what,
                        ours,
                        "null acceptor and plain append, one after the other",
                        nothing.inTurn(disk),
                        "");
        String processor = what.replace("instances/s", "processor time per instance, ms");
        lab.results().ratio(NAME, processor, cpu, "null acceptor", nothingCpu, "");
        lab.results().ratio(NAME, processor, cpu, "plain append, group fdatasync, no DICOM", diskCpu, "");
    }

    /** Whose threads take the gateway's processor time, for small instances from four senders, and then out again. */
    static void shares(Lab lab) {
        Map<Cpu.Group, Samples> in = new EnumMap<>(Cpu.Group.class);
        Map<Cpu.Group, Samples> out = new EnumMap<>(Cpu.Group.class);
        Samples received = new Samples();
        Samples delivered = new Samples();
        Samples nothing = new Samples();
        Samples append = new Samples();
        Path kept = lab.folder("kept");
        Path folder = lab.folder("files");
        try (Sink discarding = Sink.discarding("NULL");
                Sink filing = Sink.filing("FILES", kept);
                Sink later = Sink.discarding(LATER);
                BenchGateway gateway = lab.gatewayTo(later.peer())) {
            Acceptors all = new Acceptors(gateway, later, discarding, filing, kept);
            all.warmUp(lab);
            BenchFiles files = BenchFiles.write(folder, SENDERS, lab.count(16_000) / SENDERS, Lab.SMALL);
            int count = files.count();
            for (int run = 0; run < lab.runs(); run++) {
                files.renew();
                Cpu.Shares before = Cpu.shares(gateway.pid());
                all.throughGateway(folder, files);
                Cpu.Shares full = Cpu.shares(gateway.pid());
                all.empty(count);
                Cpu.Shares after = Cpu.shares(gateway.pid());
                add(in, full.since(before, Cpu.Group.ASSOCIATION), count);
                add(out, after.since(full, Cpu.Group.LANES), count);
                received.add((full.seconds() - before.seconds()) / count * 1e3);
                delivered.add((after.seconds() - full.seconds()) / count * 1e3);
                double ours = Cpu.seconds(OURSELVES);
                all.intoNothing(folder, files);
                nothing.add((Cpu.seconds(OURSELVES) - ours) / count * 1e3);
                append.add(DiskLimit.append(kept.resolve(APPEND), SENDERS, Lab.SMALL, count)
                        .cpuMillis());
            }
        } finally {
            Lab.delete(folder);
            Lab.delete(kept);
        }
        lab.progress("  in %s ms, null %s, append %s, out %s"
                .formatted(received.text(), nothing.text(), append.text(), delivered.text()));
        lab.results().ratio(CPU, "8 KB, 4 senders: received", received, "null acceptor", nothing, "");
        lab.results().ratio(CPU, "8 KB, 4 senders: received", received, "plain append, group fdatasync", append, "");
        in.forEach((group, share) -> lab.results().value(CPU, "received: " + group, share.text(), ""));
        lab.results().value(CPU, "delivered", delivered.text(), "");
        out.forEach((group, share) -> lab.results().value(CPU, "delivered: " + group, share.text(), ""));
    }

    private static void add(Map<Cpu.Group, Samples> all, Map<Cpu.Group, Double> seconds, int instances) {
        seconds.forEach((group, share) ->
                all.computeIfAbsent(group, any -> new Samples()).add(share / instances * 1e3));
    }

    /** The gateway, where it sends when it has been measured, and what it is measured against. */
    private record Acceptors(BenchGateway gateway, Sink later, Sink discarding, Sink filing, Path kept) {

        /** As often as the compilers of both JVMs need, who look at what is called ten thousand times. */
        void warmUp(Lab lab) {
            Path folder = lab.folder("files");
            try {
                BenchFiles files = BenchFiles.write(folder, 4, lab.count(16_000) / 4, Lab.SMALL);
                for (int run = 0; run < 3; run++) {
                    files.renew();
                    throughGateway(folder, files);
                    empty(files.count());
                    intoNothing(folder, files);
                }
                intoFiles(folder, files);
            } finally {
                Lab.delete(folder);
            }
        }

        /** By the sender's clock. */
        double secondsOfSender(Path folder, BenchFiles files) {
            gateway.pause(later.peer());
            gateway.awaitReserve();
            double seconds = StockSender.send(folder.resolve(LOG), gateway.peer(), files);
            empty(files.count());
            return seconds;
        }

        /** By the receiver's clock; it is still to be emptied. */
        double throughGateway(Path folder, BenchFiles files) {
            gateway.pause(later.peer());
            gateway.awaitReserve();
            ForwardLogTail tail = gateway.log();
            StockSender.send(folder.resolve(LOG), gateway.peer(), files);
            return tail.await("received", files.count(), Lab.LIMIT).perSecond();
        }

        /** Has all sent on, so that the spool is empty again, as between two bursts. */
        void empty(int count) {
            ForwardLogTail tail = gateway.log();
            gateway.resume(later.peer());
            tail.await("delivered", count, Lab.LIMIT);
        }

        double intoNothing(Path folder, BenchFiles files) {
            return perSecond(discarding, folder, files);
        }

        double intoFiles(Path folder, BenchFiles files) {
            double filed = perSecond(filing, folder, files);
            Lab.delete(kept);
            kept.toFile().mkdirs();
            return filed;
        }

        private static double perSecond(Sink sink, Path folder, BenchFiles files) {
            sink.reset();
            StockSender.send(folder.resolve(LOG), sink.peer(), files);
            return sink.count() / sink.seconds();
        }
    }
}
