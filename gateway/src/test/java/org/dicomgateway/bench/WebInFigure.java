package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.bench.load.StowSender;
import org.dicomgateway.testkit.FreePorts;

/**
 * How fast instances are taken in over STOW-RS, each answered only when it is durable, while nothing is sent on: with
 * several in one request and with one in each, beside C-STORE by our own sender. By the sender's clock.
 */
final class WebInFigure {

    private static final String NAME = "web-in: answered durable over STOW-RS, beside C-STORE by our own sender";
    private static final int IN_REQUEST = 50;

    private WebInFigure() {}

    /** One way in, and what it gave. */
    private record Way(String name, ToDoubleFunction<BenchFiles> seconds, Samples rate, Samples cpu) {

        private Way(String name, ToDoubleFunction<BenchFiles> seconds) {
            this(name, seconds, new Samples(), new Samples());
        }
    }

    static void measure(Lab lab) {
        int port = FreePorts.next();
        try (Sink later = Sink.discarding("LATER");
                BenchGateway gateway = lab.gateway(
                        "gateway.listeners.web { type = dicomweb, port = " + port + " }",
                        BenchGateway.destinations("", later.peer()) + "routes = [ { name = all, to = later } ]")) {
            int cold = Lab.COLD_RUNS;
            for (int size : new int[] {Lab.SMALL, Lab.LARGE}) {
                for (int senders : new int[] {4, 1}) {
                    measure(lab, new Place(gateway, later, port), size, senders, cold);
                    cold = 1;
                }
            }
        }
    }

    /** The gateway, its web listener, and where it sends when it has been measured. */
    private record Place(BenchGateway gateway, Sink later, int port) {}

    private static void measure(Lab lab, Place place, int size, int senders, int cold) {
        Way several = new Way(IN_REQUEST + " in a request", files -> StowSender.send(place.port, files, IN_REQUEST));
        Way one = new Way("one in a request", files -> StowSender.send(place.port, files, 1));
        Way store = new Way("C-STORE", files -> DirectSender.sendFiles(place.gateway.peer(), senders, files.all()));
        List<Way> ways = List.of(several, one, store);
        int total = lab.count(size == Lab.LARGE ? 800 : senders == 1 ? 4000 : 12_000);
        Path folder = lab.folder("files");
        try {
            BenchFiles files = BenchFiles.write(folder, senders, total / senders, size);
            for (int run = -cold; run < lab.runs(); run++) {
                for (int turn = 0; turn < ways.size(); turn++) {
                    Way way = ways.get(Math.floorMod(run + turn, ways.size()));
                    measure(place, files, way, run >= 0);
                }
            }
        } finally {
            Lab.delete(folder);
        }
        for (Way way : List.of(several, one)) {
            String what =
                    "%s, %d sender%s, %s".formatted(Lab.sizeName(size), senders, senders == 1 ? "" : "s", way.name);
            lab.progress("  %s: %s/s, C-STORE %s/s; processor time %s ms, C-STORE %s ms"
                    .formatted(what, way.rate.text(), store.rate.text(), way.cpu.text(), store.cpu.text()));
            lab.results().ratio(NAME, what + ", instances/s", way.rate, store.name, store.rate, "");
            lab.results().ratio(NAME, what + ", processor time per instance, ms", way.cpu, store.name, store.cpu, "");
        }
    }

    private static void measure(Place place, BenchFiles files, Way way, boolean counts) {
        files.renew();
        place.gateway.pause(place.later.peer());
        place.gateway.awaitReserve();
        double before = place.gateway.cpuSeconds();
        double seconds = way.seconds.applyAsDouble(files);
        double cpu = place.gateway.cpuSeconds() - before;
        if (counts) {
            way.rate.add(files.count() / seconds);
            way.cpu.add(cpu / files.count() * 1e3);
        }
        ForwardLogTail tail = place.gateway.log();
        place.gateway.resume(place.later.peer());
        tail.await("delivered", files.count(), Lab.LIMIT);
    }
}
