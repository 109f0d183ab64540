package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.Map;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.StockSender;
import org.dicomgateway.testkit.OrthancServer;

/** How fast a full spool is emptied into one Orthanc. */
final class ForwardFigure {

    private static final long OURSELVES = ProcessHandle.current().pid();
    private static final String NAME = "forward: a full spool to one Orthanc";
    /** Orthanc serves so many at once. */
    static final int ASSOCIATIONS = 4;

    private ForwardFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, size);
        }
    }

    private static void measure(Lab lab, int size) {
        Samples ours = new Samples();
        Samples best = new Samples();
        Samples debian = new Samples();
        Samples noDelay = new Samples();
        Samples cpu = new Samples();
        Samples bestCpu = new Samples();
        int many = lab.count(size == Lab.LARGE ? 1000 : 2000);
        int few = lab.count(60);
        Path folder = lab.folder("files");
        Path log = folder.resolve("storescu.log");
        try (OrthancServer orthanc = lab.orthanc("ORTHANC1");
                OrthancServer mended = lab.orthanc("ORTHANC2", true, Map.of());
                BenchGateway gateway = lab.gatewayTo(orthanc.peer())) {
            BenchFiles files = BenchFiles.write(folder, 4, many / 4, size);
            for (int run = -4 * Lab.COLD_RUNS; run < lab.runs(); run++) {
                ForwardLogTail tail = gateway.log();
                gateway.pause(orthanc.peer());
                files.renew();
                DirectSender.sendFiles(gateway.peer(), 4, files.all());
                double before = gateway.cpuSeconds();
                gateway.resume(orthanc.peer());
                double one = tail.await("delivered", files.count(), Lab.LIMIT).perSecond();
                double cost = (gateway.cpuSeconds() - before) / files.count() * 1e3;
                files.renew();
                before = Cpu.seconds(OURSELVES);
                double two = files.count() / DirectSender.sendFiles(orthanc.peer(), ASSOCIATIONS, files.all());
                double twoCost = (Cpu.seconds(OURSELVES) - before) / files.count() * 1e3;
                if (run >= 0) {
                    bestCpu.add(twoCost);
                    ours.add(one);
                    cpu.add(cost);
                    best.add(two);
                    files.renew();
                    BenchFiles single = files.first(few);
                    debian.add(few / StockSender.send(log, orthanc.peer(), single));
                    noDelay.add(few / StockSender.send(log, mended.peer(), single));
                }
            }
        }
        Lab.delete(folder);
        String what = Lab.sizeName(size) + ", instances/s";
        lab.progress("  %s: %s, best direct sender %s, storescu %s"
                .formatted(what, ours.text(), best.text(), debian.text()));
        lab.results().ratio(NAME, what, ours, "best direct sender, 4 associations", best, "0.95");
        lab.results().ratio(NAME, what, ours, "storescu directly to Debian's Orthanc", debian, "10");
        lab.results().ratio(NAME, what, ours, "the same with TCP_NODELAY=1", noDelay, "");
        String processor = Lab.sizeName(size) + ", processor time per instance, ms";
        lab.results().ratio(NAME, processor, cpu, "best direct sender, 4 associations", bestCpu, "");
    }
}
