package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.List;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.StockSender;

/** All of some files into a gateway by {@code storescu}, and out of it. */
final class Passage {

    private Passage() {}

    /**
     * Adds how many a second there were from the first sent to the last delivered, and the gateway's processor time.
     */
    static void measure(
            BenchGateway gateway, Path log, BenchFiles files, List<String> options, Samples rate, Samples cpu) {
        ForwardLogTail tail = gateway.log();
        double before = gateway.cpuSeconds();
        long begin = System.nanoTime();
        StockSender.send(log, gateway.peer(), files, options);
        tail.await("delivered", files.count(), Lab.LIMIT);
        rate.add(files.count() / ((System.nanoTime() - begin) / 1e9));
        cpu.add((gateway.cpuSeconds() - before) / files.count() * 1e3);
    }
}
