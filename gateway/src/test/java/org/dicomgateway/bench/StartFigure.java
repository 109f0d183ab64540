package org.dicomgateway.bench;

import java.time.Duration;
import java.util.ArrayList;
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
 * What a fresh process costs until its compilers have done their work, and what associations cost that do nothing. For
 * another JDK, set JAVA_HOME; for other options of the virtual machine, JAVA_TOOL_OPTIONS.
 */
final class StartFigure {

    private static final String NAME = "start: a fresh process, 8 KB instances over four associations";
    private static final int FIRST = 1000;
    private static final int IDLE = 1000;
    private static final Duration WHILE_IDLE = Duration.ofSeconds(10);

    private StartFigure() {}

    static void measure(Lab lab) {
        Samples seconds = new Samples();
        Samples startCpu = new Samples();
        Samples first = new Samples();
        Samples second = new Samples();
        Samples warm = new Samples();
        Samples ratio = new Samples();
        Samples idleCpu = new Samples();
        Samples idleKilobytes = new Samples();
        Random random = new Random(5);
        for (int run = 0; run < lab.runs(); run++) {
            try (Sink sink = Sink.discarding("NULL")) {
                long begin = System.nanoTime();
                try (BenchGateway gateway = lab.gateway(
                        "gateway.listeners.dicom { max-associations = 2000, max-associations-per-host = 2000 }",
                        BenchGateway.destinations("", sink.peer()) + "routes = [ { name = all, to = \"null\" } ]")) {
                    DirectSender.open(gateway.peer()).close();
                    seconds.add((System.nanoTime() - begin) / 1e9);
                    startCpu.add(gateway.cpuSeconds());
                    gateway.awaitReserve(); // its zeros take processor time, too
                    double one = inAndOut(gateway, sink, random, FIRST);
                    first.add(one);
                    second.add(inAndOut(gateway, sink, random, FIRST));
                    for (int i = 0; i < 4; i++) {
                        inAndOut(gateway, sink, random, lab.count(20_000));
                    }
                    double last = inAndOut(gateway, sink, random, lab.count(20_000));
                    warm.add(last);
                    ratio.add(one / last);
                    gateway.awaitReserve(); // the same: the spool prepares room for the next burst
                    idle(gateway, idleCpu, idleKilobytes);
                    lab.progress("  first %.2f ms, warm %.2f ms".formatted(one, last));
                }
            }
        }
        lab.results().value(NAME, "start to first accepted association, s", seconds.text(), "≤ 1");
        lab.results().value(NAME, "processor time until then, s", startCpu.text(), "");
        lab.results().value(NAME, "processor time, first 1,000 in and out, ms each", first.text(), "");
        lab.results().value(NAME, "processor time, second 1,000, ms each", second.text(), "");
        lab.results().value(NAME, "processor time, warm, ms each", warm.text(), "");
        lab.results().value(NAME, "first 1,000 against warm", ratio.text(), "≤ 1.5");
        lab.results().value(NAME, "1,000 idle associations: processor time, ms each second", idleCpu.text(), "");
        lab.results().value(NAME, "1,000 idle associations: memory, KB each", idleKilobytes.text(), "");
    }

    /** Processor time of an instance, received and delivered. */
    private static double inAndOut(BenchGateway gateway, Sink sink, Random random, int count) {
        sink.reset();
        Uid study = SmallInstance.randomUid(random);
        byte[] pixels = new byte[Lab.SMALL - 700];
        Iterator<DirectSender.Item> items = IntStream.range(0, count)
                .mapToObj(i -> DirectSender.of(SmallInstance.random(random, study, pixels)))
                .iterator();
        double before = gateway.cpuSeconds();
        DirectSender.send(gateway.peer(), 4, items);
        long end = System.nanoTime() + Lab.LIMIT.toNanos();
        while (sink.count() < count && System.nanoTime() < end) {
            Pause.of(Duration.ofMillis(5));
        }
        Pause.of(Duration.ofMillis(100)); // for the last settlements
        return (gateway.cpuSeconds() - before) / count * 1e3;
    }

    private static void idle(BenchGateway gateway, Samples cpu, Samples kilobytes) {
        double before = Cpu.residentMegabytes(gateway.pid(), false);
        List<OpenAssociation> open = new ArrayList<>();
        try {
            for (int i = 0; i < IDLE; i++) {
                open.add(DirectSender.open(gateway.peer()));
            }
            double begin = gateway.cpuSeconds();
            Pause.of(WHILE_IDLE);
            cpu.add((gateway.cpuSeconds() - begin) / WHILE_IDLE.toSeconds() * 1e3);
            kilobytes.add((Cpu.residentMegabytes(gateway.pid(), false) - before) * 1000 / IDLE);
        } finally {
            open.forEach(OpenAssociation::close);
        }
    }
}
