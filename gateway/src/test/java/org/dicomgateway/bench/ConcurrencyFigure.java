package org.dicomgateway.bench;

import java.nio.file.Path;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.testkit.OrthancServer;

/**
 * How fast a full spool is emptied into one Orthanc over so many associations, against the four that are the default.
 */
final class ConcurrencyFigure {

    private static final String NAME = "knee: a full spool to one Orthanc over 1 to 16 associations";

    private ConcurrencyFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            Samples four = measure(lab, size, ForwardFigure.ASSOCIATIONS);
            for (int associations : new int[] {1, 2, 8, 16}) {
                Samples these = measure(lab, size, associations);
                String what = "%s, %d association%s, instances/s"
                        .formatted(Lab.sizeName(size), associations, associations == 1 ? "" : "s");
                lab.progress("  %s: %s, with 4 %s".formatted(what, these.text(), four.text()));
                lab.results().ratio(NAME, what, these, "4 associations", four, "");
            }
        }
    }

    private static Samples measure(Lab lab, int size, int associations) {
        Samples rate = new Samples();
        Path folder = lab.folder("files");
        try (OrthancServer orthanc = lab.orthanc("ORTHANC1");
                BenchGateway gateway =
                        lab.gateway(BenchGateway.destinations(", max-associations = " + associations, orthanc.peer())
                                + "routes = [ { name = all, to = orthanc1 } ]")) {
            BenchFiles files = BenchFiles.write(folder, 4, lab.count(size == Lab.LARGE ? 1000 : 2000) / 4, size);
            for (int run = -1; run < lab.runs(); run++) {
                Samples ignored = new Samples();
                BalanceFigure.forward(gateway, files, run < 0 ? ignored : rate, ignored, orthanc.peer());
            }
        } finally {
            Lab.delete(folder);
        }
        return rate;
    }
}
