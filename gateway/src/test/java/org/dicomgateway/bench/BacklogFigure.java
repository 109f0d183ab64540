package org.dicomgateway.bench;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.Pause;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.bench.load.SmallInstance;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.OpenAssociation;

/**
 * What an instance costs when a thousand wait, and when a million do: to accept one, to deliver one, to start on top of
 * them. Small instances with random UIDs; the destination is an acceptor that throws them away.
 */
final class BacklogFigure {

    private static final String NAME = "backlog: 1,000 instances waiting, then a million";
    private static final int BYTES = 1024;
    private static final int ASSOCIATIONS = 8;
    private static final int STUDY = 500;
    private static final int SLICE = 20_000;
    private static final Duration LONG = Duration.ofMinutes(10);

    private BacklogFigure() {}

    /** What some instances cost each. */
    private record Cost(double cpuMillis, double perSecond) {}

    static void measure(Lab lab) {
        int backlog = lab.count(1_000_000);
        int slice = lab.count(SLICE);
        Random random = new Random(3);
        Samples start = new Samples();
        try (Sink sink = Sink.discarding("NULL");
                BenchGateway gateway = lab.gateway(
                        BenchGateway.destinations("", sink.peer()) + "routes = [ { name = all, to = \"null\" } ]")) {
            warmUp(lab, gateway, sink, random, slice);
            Cost outFew = deliver(gateway, sink, random, slice, 0);
            gateway.pause(sink.peer());
            accept(gateway, random, 1000);
            Cost inFew = accept(gateway, random, slice);
            lab.progress("  few waiting: %.3f ms in, %.3f ms out".formatted(inFew.cpuMillis, outFew.cpuMillis));
            for (int had = slice + 1000; had < backlog; had += backlog / 10) {
                accept(gateway, random, Math.min(backlog / 10, backlog - had));
                lab.progress("  %,d wait".formatted(Math.min(had + backlog / 10, backlog)));
            }
            Cost inMany = accept(gateway, random, slice);
            // In the process that delivered the few: another would have to compile its code first.
            Cost outMany = deliver(gateway, sink, random, 0, slice);
            accept(gateway, random, slice);
            double before = Cpu.residentMegabytes(gateway.pid(), true);
            gateway.stop();
            for (int run = 0; run < lab.runs(); run++) {
                start.add(startSeconds(gateway));
                if (run < lab.runs() - 1) {
                    gateway.stop();
                }
            }
            accept(gateway, random, slice);
            deliver(gateway, sink, random, 0, slice);
            double after = Cpu.residentMegabytes(gateway.pid(), true);
            report(lab, backlog, List.of(inFew, inMany, outFew, outMany), start, Math.max(before, after));
        }
    }

    private static void warmUp(Lab lab, BenchGateway gateway, Sink sink, Random random, int slice) {
        accept(gateway, random, slice);
        deliver(gateway, sink, random, slice, 0);
        lab.progress("  warm");
    }

    private static Cost accept(BenchGateway gateway, Random random, int count) {
        byte[] pixels = new byte[BYTES - 600];
        Uid[] study = {SmallInstance.randomUid(random)};
        Iterator<DirectSender.Item> items = IntStream.range(0, count)
                .mapToObj(i -> {
                    if (i % STUDY == 0) {
                        study[0] = SmallInstance.randomUid(random);
                    }
                    return DirectSender.of(SmallInstance.random(random, study[0], pixels));
                })
                .iterator();
        double cpu = gateway.cpuSeconds();
        double seconds = DirectSender.send(gateway.peer(), ASSOCIATIONS, items);
        return new Cost((gateway.cpuSeconds() - cpu) / count * 1e3, count / seconds);
    }

    /** Takes some in first, without sending, and then sends so many of all that wait. */
    private static Cost deliver(BenchGateway gateway, Sink sink, Random random, int in, int out) {
        int wanted = Math.max(in, out);
        if (in > 0) {
            gateway.pause(sink.peer());
            accept(gateway, random, in);
        }
        Pause.of(Duration.ofSeconds(1)); // for the ledger to have it all
        sink.reset();
        double cpu = gateway.cpuSeconds();
        gateway.resume(sink.peer());
        long end = System.nanoTime() + LONG.toNanos();
        while (sink.count() < wanted) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(sink.count() + " of " + wanted + " arrived within " + LONG);
            }
            Pause.of(Duration.ofMillis(5));
        }
        long count = sink.count();
        Cost cost = new Cost((gateway.cpuSeconds() - cpu) / count * 1e3, count / sink.seconds());
        gateway.pause(sink.peer());
        return cost;
    }

    /** From the start of the process to an accepted association. */
    private static double startSeconds(BenchGateway gateway) {
        long begin = System.nanoTime();
        gateway.start();
        OpenAssociation association = DirectSender.open(gateway.peer());
        double seconds = (System.nanoTime() - begin) / 1e9;
        association.close();
        return seconds;
    }

    private static void report(Lab lab, int backlog, List<Cost> costs, Samples start, double resident) {
        String[] which = {"accepted", "delivered"};
        for (int i = 0; i < 2; i++) {
            Cost few = costs.get(2 * i);
            Cost many = costs.get(2 * i + 1);
            lab.results()
                    .value(
                            NAME,
                            "processor time per instance %s, ms: with 1,000, with %,d, ratio"
                                    .formatted(which[i], backlog),
                            "%s, %s, %s"
                                    .formatted(
                                            Samples.number(few.cpuMillis),
                                            Samples.number(many.cpuMillis),
                                            Samples.number(many.cpuMillis / few.cpuMillis)),
                            "≤ 1.2");
            lab.results()
                    .value(
                            NAME,
                            "instances/s %s: with 1,000, with %,d, time per instance as ratio"
                                    .formatted(which[i], backlog),
                            "%s, %s, %s"
                                    .formatted(
                                            Samples.number(few.perSecond),
                                            Samples.number(many.perSecond),
                                            Samples.number(few.perSecond / many.perSecond)),
                            "≤ 1.2");
        }
        lab.results().value(NAME, "start to first accepted association, s", start.text(), "≤ 5");
        lab.results().value(NAME, "resident memory at most, MB, with -Xmx256m", Samples.number(resident), "≤ 500");
    }
}
