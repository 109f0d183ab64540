package org.dicomgateway.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.Sink;

/**
 * What operators' requests cost the data path: instances are received and sent on while somebody asks a hundred times a
 * second, turn by turn, for all that pages and commands ask for; against the same while nobody asks.
 */
final class ApiFigure {

    private static final String NAME = "api: instances/s from the first sent to the last delivered, at 100 requests/s";
    private static final int SENDERS = 4;
    private static final int WARM = 40_000;

    private static final Duration BETWEEN = Duration.ofMillis(10);
    private static final Duration LAST = Duration.ofSeconds(30);
    private static final List<String> PATHS = List.of(
            "/api/status",
            "/api/destinations",
            "/api/routes",
            "/api/history",
            "/api/log",
            "/api/deliveries?state=pending",
            "/api/instances?called-ae=GATEWAY",
            "/health/ready");

    private ApiFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, size);
        }
    }

    private static void measure(Lab lab, int size) {
        Samples asked = new Samples();
        Samples quiet = new Samples();
        Samples askedCpu = new Samples();
        Samples quietCpu = new Samples();
        Samples share = new Samples();
        Samples answers = new Samples();
        int each = lab.count(size == Lab.LARGE ? 2400 : 16_000) / SENDERS;
        Path folder = lab.folder("files");
        Path log = folder.resolve("storescu.log");
        try (Sink sink = Sink.discarding("ARCHIVE");
                BenchGateway gateway = lab.gatewayTo(sink.peer())) {
            BenchFiles files = BenchFiles.write(folder, SENDERS, each, size);
            for (int i = 0; i < lab.count(WARM); i++) {
                gateway.get(PATHS.get(i % PATHS.size()));
            }
            for (int run = -Lab.COLD_RUNS; run < lab.runs(); run++) {
                boolean warm = run >= 0;
                files.renew();
                gateway.awaitReserve();
                Passage.measure(
                        gateway, log, files, List.of(), warm ? quiet : new Samples(), warm ? quietCpu : new Samples());
                files.renew();
                gateway.awaitReserve();
                Samples took = new Samples();
                double begin = gateway.cpuSeconds();
                Cpu.Threads before = gateway.answering();
                try (Asking asking = new Asking(gateway, took)) {
                    Passage.measure(
                            gateway,
                            log,
                            files,
                            List.of(),
                            warm ? asked : new Samples(),
                            warm ? askedCpu : new Samples());
                    asking.stop();
                }
                if (warm) {
                    share.add(gateway.answering().since(before) / (gateway.cpuSeconds() - begin) * 100);
                    answers.addAll(took);
                }
            }
        } finally {
            Lab.delete(folder);
        }
        String what = "%s, %d senders".formatted(Lab.sizeName(size), SENDERS);
        lab.progress("  %s: %s, unasked %s; %d answers, 95th percentile %s ms"
                .formatted(what, asked.text(), quiet.text(), answers.size(), Samples.number(answers.quantile(0.95))));
        lab.results().ratio(NAME, what + ", instances/s", asked, "nobody asks", quiet, "0.95");
        lab.results()
                .ratio(NAME, what + ", gateway's processor time, ms", askedCpu, "nobody asks", quietCpu, "(≤ 1.05)");
        lab.results()
                .value(
                        NAME,
                        what + ", threads that answer, of the gateway's processor time while asked, %",
                        share.text(),
                        "≤ 5");
        lab.results()
                .value(
                        NAME,
                        what + ", answers: how many, median and 95th percentile in ms",
                        "%d, %s, %s"
                                .formatted(
                                        answers.size(),
                                        Samples.number(answers.median()),
                                        Samples.number(answers.quantile(0.95))),
                        "");
    }

    /** Asks at a fixed rate until it is stopped; a request that fails ends the measurement. */
    private static final class Asking implements AutoCloseable {

        private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(2);
        private final AtomicInteger number = new AtomicInteger();
        private final BenchGateway gateway;
        private final Samples took;
        private final ScheduledFuture<?> asking;

        Asking(BenchGateway gateway, Samples took) {
            this.gateway = gateway;
            this.took = took;
            this.asking = pool.scheduleAtFixedRate(this::ask, 0, BETWEEN.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void ask() {
            long begin = System.nanoTime();
            gateway.get(PATHS.get(number.getAndIncrement() % PATHS.size()));
            took.add((System.nanoTime() - begin) / 1e6);
        }

        /** @throws IllegalStateException when not all were answered */
        void stop() {
            boolean failed = asking.isDone();
            close();
            if (failed) {
                throw new IllegalStateException("a request failed after " + took.size() + " that were answered");
            }
        }

        @Override
        public void close() {
            pool.shutdown();
            try {
                if (!pool.awaitTermination(LAST.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("a request is not answered");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
