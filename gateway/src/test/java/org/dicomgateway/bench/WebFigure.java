package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.OrthancServer;

/**
 * How fast a full spool is emptied into one Orthanc by STOW-RS, with what is due in one request and with one instance
 * in each, beside C-STORE to the same Orthanc.
 */
final class WebFigure {

    private static final String NAME = "web: a full spool to one Orthanc, STOW-RS beside C-STORE, four at a time";
    private static final String PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";

    private WebFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, size);
        }
    }

    private static void measure(Lab lab, int size) {
        Map<String, Samples> samples = Map.of("ORTHANC1", new Samples(), "WEB", new Samples(), "SINGLE", new Samples());
        int many = lab.count(size == Lab.LARGE ? 500 : 1000);
        Path folder = lab.folder("files");
        try (OrthancServer orthanc = lab.orthanc("ORTHANC1", false, Map.of("Plugins", List.of(PLUGIN)))) {
            Peer web = new Peer(AeTitle.of("WEB"), "127.0.0.1", orthanc.httpPort());
            Peer single = new Peer(AeTitle.of("SINGLE"), "127.0.0.1", orthanc.httpPort());
            List<Peer> destinations = List.of(orthanc.peer(), web, single);
            String routing = """
                    destinations {
                      orthanc1 { ae-title = ORTHANC1, host = "127.0.0.1", port = %d }
                      web.dicomweb { url = "http://127.0.0.1:%d/dicom-web", user = orthanc, password = orthanc }
                      single = ${destinations.web} { dicomweb.max-request = 0 }
                    }
                    routes = [ { name = all, to = [orthanc1, web, single] } ]
                    """.formatted(orthanc.peer().port(), web.port());
            try (BenchGateway gateway = lab.gateway(routing)) {
                BenchFiles files = BenchFiles.write(folder, 4, many / 4, size);
                for (int run = -2 * Lab.COLD_RUNS; run < lab.runs(); run++) {
                    gateway.pause(destinations.toArray(Peer[]::new));
                    files.renew();
                    DirectSender.sendFiles(gateway.peer(), 4, files.all());
                    // In turns, each into an empty server.
                    for (int turn = 0; turn < destinations.size(); turn++) {
                        Peer next = destinations.get(Math.floorMod(run + turn, destinations.size()));
                        double perSecond = emptied(gateway, next, files);
                        orthanc.empty();
                        if (run >= 0) {
                            of(samples, next.aeTitle().value()).add(perSecond);
                        }
                    }
                }
            }
        }
        Lab.delete(folder);
        String what = Lab.sizeName(size) + ", instances/s";
        Samples store = of(samples, "ORTHANC1");
        Samples stow = of(samples, "WEB");
        Samples alone = of(samples, "SINGLE");
        lab.progress("  %s: STOW-RS %s, one in each request %s, C-STORE %s"
                .formatted(what, stow.text(), alone.text(), store.text()));
        lab.results().ratio(NAME, what, stow, "C-STORE", store, "");
        lab.results().ratio(NAME, what + ", one in each request", alone, "C-STORE", store, "");
    }

    private static Samples of(Map<String, Samples> samples, String name) {
        return Optional.ofNullable(samples.get(name)).orElseThrow();
    }

    private static double emptied(BenchGateway gateway, Peer destination, BenchFiles files) {
        ForwardLogTail tail = gateway.log();
        gateway.resume(destination);
        double perSecond = tail.await("delivered", files.count(), Lab.LIMIT).perSecond();
        gateway.pause(destination);
        return perSecond;
    }
}
