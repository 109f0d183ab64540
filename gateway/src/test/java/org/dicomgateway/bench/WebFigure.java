package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.OrthancServer;

/** How fast a full spool is emptied into one Orthanc by STOW-RS, beside C-STORE to the same Orthanc. */
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
        Samples stow = new Samples();
        Samples store = new Samples();
        int many = lab.count(size == Lab.LARGE ? 500 : 1000);
        Path folder = lab.folder("files");
        try (OrthancServer orthanc = lab.orthanc("ORTHANC1", false, Map.of("Plugins", List.of(PLUGIN)))) {
            Peer web = new Peer(AeTitle.of("WEB"), "127.0.0.1", orthanc.httpPort());
            String routing = """
                    destinations {
                      orthanc1 { ae-title = ORTHANC1, host = "127.0.0.1", port = %d }
                      web.dicomweb { url = "http://127.0.0.1:%d/dicom-web", user = orthanc, password = orthanc }
                    }
                    routes = [ { name = all, to = [orthanc1, web] } ]
                    """.formatted(orthanc.peer().port(), web.port());
            try (BenchGateway gateway = lab.gateway(routing)) {
                BenchFiles files = BenchFiles.write(folder, 4, many / 4, size);
                for (int run = -2 * Lab.COLD_RUNS; run < lab.runs(); run++) {
                    gateway.pause(orthanc.peer(), web);
                    files.renew();
                    DirectSender.sendFiles(gateway.peer(), 4, files.all());
                    // In turns, each into an empty server.
                    boolean webFirst = run % 2 == 0;
                    Peer first = webFirst ? web : orthanc.peer();
                    Peer second = webFirst ? orthanc.peer() : web;
                    double one = emptied(gateway, first, files);
                    orthanc.empty();
                    double two = emptied(gateway, second, files);
                    orthanc.empty();
                    if (run >= 0) {
                        stow.add(webFirst ? one : two);
                        store.add(webFirst ? two : one);
                    }
                }
            }
        }
        Lab.delete(folder);
        String what = Lab.sizeName(size) + ", instances/s";
        lab.progress("  %s: STOW-RS %s, C-STORE %s".formatted(what, stow.text(), store.text()));
        lab.results().ratio(NAME, what, stow, "C-STORE", store, "");
    }

    private static double emptied(BenchGateway gateway, Peer destination, BenchFiles files) {
        ForwardLogTail tail = gateway.log();
        gateway.resume(destination);
        double perSecond = tail.await("delivered", files.count(), Lab.LIMIT).perSecond();
        gateway.pause(destination);
        return perSecond;
    }
}
