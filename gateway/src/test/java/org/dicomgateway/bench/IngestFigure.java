package org.dicomgateway.bench;

import java.nio.file.Path;
import org.dicomgateway.testkit.OrthancServer;

/** How fast instances are taken in, each answered only when it is durable, while nothing is sent on. */
final class IngestFigure {

    private static final String LATER = "LATER";
    private static final String NAME = "ingest: answered durable, stock storescu as sender";

    private IngestFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            againstOrthanc(lab, size);
            for (int senders : new int[] {1, 4, 16}) {
                againstAcceptors(lab, size, senders);
            }
        }
    }

    /** By the wall clock of one {@code storescu}, as whoever waits for it sees it. */
    private static void againstOrthanc(Lab lab, int size) {
        Samples ours = new Samples();
        Samples debian = new Samples();
        Samples noDelay = new Samples();
        int many = lab.count(size == Lab.LARGE ? 1500 : 6000);
        int few = lab.count(60);
        Path folder = lab.folder("files");
        Path log = folder.resolve("storescu.log");
        try (OrthancServer stock = lab.orthanc("ORTHANC1");
                OrthancServer mended = lab.orthanc("ORTHANC2", true, java.util.Map.of());
                Sink later = Sink.discarding(LATER);
                BenchGateway gateway = lab.gatewayTo(later.peer())) {
            BenchFiles files = BenchFiles.write(folder, 1, many, size);
            receive(gateway, later, log, files);
            for (int run = 0; run < lab.runs(); run++) {
                files.renew();
                ours.add(many / receive(gateway, later, log, files));
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
    private static void againstAcceptors(Lab lab, int size, int senders) {
        Samples ours = new Samples();
        Samples nothing = new Samples();
        Samples filed = new Samples();
        Samples disk = new Samples();
        Samples cpu = new Samples();
        int total = lab.count(size == Lab.LARGE ? 1600 : senders == 1 ? 6000 : 16_000);
        Path folder = lab.folder("files");
        Path kept = lab.folder("kept");
        Path log = folder.resolve("storescu.log");
        try (Sink discarding = Sink.discarding("NULL");
                Sink filing = Sink.filing("FILES", kept);
                Sink later = Sink.discarding(LATER);
                BenchGateway gateway = lab.gatewayTo(later.peer())) {
            BenchFiles files = BenchFiles.write(folder, senders, total / senders, size);
            int count = files.count();
            for (int run = -1; run < lab.runs(); run++) {
                files.renew();
                gateway.pause(later.peer());
                gateway.awaitReserve();
                ForwardLogTail tail = gateway.log();
                double before = gateway.cpuSeconds();
                StockSender.send(log, gateway.peer(), files);
                double one = tail.await("received", count, Lab.LIMIT).perSecond();
                double cost = (gateway.cpuSeconds() - before) / count * 1e3;
                gateway.resume(later.peer());
                tail.await("delivered", count, Lab.LIMIT);
                double two = perSecond(discarding, log, files);
                double three = perSecond(filing, log, files);
                Lab.delete(kept);
                kept.toFile().mkdirs();
                if (run >= 0) { // the first is for the compilers of both JVMs
                    ours.add(one);
                    cpu.add(cost);
                    nothing.add(two);
                    filed.add(three);
                    disk.add(DiskLimit.perSecond(kept.resolve("append"), senders, size, count));
                }
            }
        } finally {
            Lab.delete(folder);
            Lab.delete(kept);
        }
        String what = "%s, %d sender%s, instances/s".formatted(Lab.sizeName(size), senders, senders == 1 ? "" : "s");
        lab.progress("  %s: %s, null %s, files %s, disk %s"
                .formatted(what, ours.text(), nothing.text(), filed.text(), disk.text()));
        lab.results().ratio(NAME, what, ours, "null acceptor", nothing, senders == 1 ? "0.65" : "0.75");
        lab.results().ratio(NAME, what, ours, "file per instance, synced", filed, "2.5");
        lab.results().ratio(NAME, what, ours, "plain append, group fdatasync, no DICOM", disk, "");
        lab.results()
                .value(NAME, what.replace("instances/s", "gateway's processor time per instance, ms"), cpu.text(), "");
    }

    /** Seconds until all is answered; then it is sent on, so that the spool is empty again, as between two bursts. */
    private static double receive(BenchGateway gateway, Sink later, Path log, BenchFiles files) {
        gateway.pause(later.peer());
        gateway.awaitReserve();
        ForwardLogTail tail = gateway.log();
        double seconds = StockSender.send(log, gateway.peer(), files);
        gateway.resume(later.peer());
        tail.await("delivered", files.count(), Lab.LIMIT);
        return seconds;
    }

    private static double perSecond(Sink sink, Path log, BenchFiles files) {
        sink.reset();
        StockSender.send(log, sink.peer(), files);
        return sink.count() / sink.seconds();
    }
}
