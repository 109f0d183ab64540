package org.dicomgateway.bench;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.Pause;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.bench.load.SmallInstance;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.OpenAssociation;

/**
 * What the gateway adds to the way of one instance while nothing else goes on: from the call of the destination, or of
 * the gateway, until the destination has the whole instance. The associations are part of it on either way.
 */
final class LatencyFigure {

    private static final String NAME = "latency: one idle instance, call to complete arrival";
    /** Longer than the lane lingers: each instance finds no association open. */
    private static final Duration IDLE = Duration.ofMillis(150);

    private static final Duration LINGER = Duration.ofMillis(50);
    private static final Duration LATE = Duration.ofSeconds(10);

    private LatencyFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, size);
        }
    }

    private static void measure(Lab lab, int size) {
        Samples through = new Samples();
        Samples direct = new Samples();
        Random random = new Random(1);
        byte[] pixels = new byte[size - 700];
        Uid study = SmallInstance.randomUid(random);
        int count = lab.count(100) * lab.runs();
        try (Sink sink = Sink.discarding("NULL");
                BenchGateway gateway =
                        lab.gateway(BenchGateway.destinations(", linger = " + LINGER.toMillis() + " ms", sink.peer())
                                + "routes = [ { name = all, to = null } ]".replace("null", "\"null\""))) {
            int settling = lab.count(200);
            for (int i = -settling - lab.count(3000); i < count; i++) {
                double one = millis(gateway.peer(), sink, SmallInstance.random(random, study, pixels));
                double two = millis(sink.peer(), sink, SmallInstance.random(random, study, pixels));
                if (i >= 0) {
                    through.add(one);
                    direct.add(two);
                    Pause.of(IDLE);
                } else if (i >= -settling) { // what comes before is for the compilers of both JVMs
                    Pause.of(LINGER);
                }
            }
        }
        report(lab, size, through, direct);
    }

    private static void report(Lab lab, int size, Samples through, Samples direct) {
        String name = Lab.sizeName(size);
        lab.progress("  %s: median %.1f ms, directly %.1f ms".formatted(name, through.median(), direct.median()));
        for (double share : new double[] {0.5, 0.99}) {
            String which = share == 0.5 ? "median" : "99th percentile";
            double added = through.quantile(share) - direct.quantile(share);
            lab.results()
                    .value(
                            NAME,
                            name + ", " + which + ", ms: through the gateway, directly, added",
                            "%s, %s, %s"
                                    .formatted(
                                            Samples.number(through.quantile(share)),
                                            Samples.number(direct.quantile(share)),
                                            Samples.number(added)),
                            share == 0.5 ? "≤ 5" : "≤ 20");
        }
    }

    private static double millis(Peer to, Sink sink, SmallInstance instance) {
        sink.reset();
        long begin = System.nanoTime();
        try (OpenAssociation association = DirectSender.open(to)) {
            DirectSender.sendOne(association, DirectSender.of(instance));
            while (sink.count() == 0) {
                if (System.nanoTime() - begin > LATE.toNanos()) {
                    throw new IllegalStateException("an instance did not arrive within " + LATE);
                }
                LockSupport.parkNanos(20_000);
            }
        }
        return (sink.lastNanos() - begin) / 1e6;
    }
}
