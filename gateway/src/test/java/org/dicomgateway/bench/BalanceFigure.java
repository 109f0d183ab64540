package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.OrthancServer;

/** A full spool shared among three Orthancs, against one of them, both through the gateway. */
final class BalanceFigure {

    private static final String NAME = "balance: a full spool to three Orthancs against one, both through the gateway";

    private BalanceFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, size);
        }
    }

    private static void measure(Lab lab, int size) {
        Samples three = new Samples();
        Samples one = new Samples();
        Samples coresOfThree = new Samples();
        Samples coresOfOne = new Samples();
        int many = lab.count(size == Lab.LARGE ? 1000 : 2000);
        Path folder = lab.folder("files");
        List<OrthancServer> servers =
                Stream.of("ORTHANC1", "ORTHANC2", "ORTHANC3").map(lab::orthanc).toList();
        Peer[] peers = servers.stream().map(OrthancServer::peer).toArray(Peer[]::new);
        String to = "to = [orthanc1, orthanc2, orthanc3]";
        try (BenchGateway shared = lab.gateway(BenchGateway.destinations("", peers)
                        + "routes = [ { name = all, strategy = balance, affinity = none, " + to + " } ]");
                BenchGateway alone = lab.gatewayTo(peers[0])) {
            BenchFiles files = BenchFiles.write(folder, 4, many / 4, size);
            for (int run = -1; run < lab.runs(); run++) {
                Samples ignored = new Samples();
                forward(shared, files, run < 0 ? ignored : three, run < 0 ? ignored : coresOfThree, peers);
                forward(alone, files, run < 0 ? ignored : one, run < 0 ? ignored : coresOfOne, peers[0]);
            }
        } finally {
            servers.forEach(OrthancServer::close);
            Lab.delete(folder);
        }
        String what = Lab.sizeName(size) + ", instances/s";
        lab.progress("  %s: three %s, one %s".formatted(what, three.text(), one.text()));
        lab.results().ratio(NAME, what, three, "one Orthanc", one, "as far as the cores let it");
        lab.results()
                .value(
                        NAME,
                        "%s, cores busy with three / with one, of %d"
                                .formatted(
                                        Lab.sizeName(size), Runtime.getRuntime().availableProcessors()),
                        coresOfThree.text() + " / " + coresOfOne.text(),
                        "");
    }

    /** Fills the spool, then empties it: adds how many a second, and how many cores were busy meanwhile. */
    static void forward(BenchGateway gateway, BenchFiles files, Samples rate, Samples cores, Peer... peers) {
        ForwardLogTail tail = gateway.log();
        gateway.pause(peers);
        files.renew();
        DirectSender.sendFiles(gateway.peer(), 4, files.all());
        double busy = Cpu.busySeconds();
        long begin = System.nanoTime();
        gateway.resume(peers);
        rate.add(tail.await("delivered", files.count(), Lab.LIMIT).perSecond());
        cores.add((Cpu.busySeconds() - busy) / ((System.nanoTime() - begin) / 1e9));
    }
}
