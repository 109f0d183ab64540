package org.dicomgateway.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.LongLine;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.OrthancServer;

/**
 * How fast a full spool is emptied over a long line, on one association: with one instance at a time, and with
 * sixteen; by STOW-RS on one connection; and how fast a sender without a router is on one association.
 */
final class LineFigure {

    private static final String NAME = "line: a full spool over a long line of 25 MB/s, one association";
    private static final String PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
    private static final long BYTES_PER_SECOND = 25_000_000;
    private static final int WINDOW = 16;
    private static final int[] ROUND_TRIPS = {10, 50, 100, 300};

    /** How long a run of a sender that waits for each answer takes about. */
    private static final int MILLIS = 4_000;

    private LineFigure() {}

    static void measure(Lab lab) {
        for (int millis : ROUND_TRIPS) {
            for (int size : new int[] {Lab.SMALL, Lab.LARGE}) {
                measure(lab, millis, size);
            }
        }
    }

    private static void measure(Lab lab, int millis, int size) {
        Samples single = new Samples();
        Samples window = new Samples();
        Samples stow = new Samples();
        Samples direct = new Samples();
        Samples cpuSingle = new Samples();
        Samples cpuWindow = new Samples();
        int few = lab.count(Math.max(10, MILLIS / (millis + (int) (1000L * size / BYTES_PER_SECOND))));
        int many = few * (size == Lab.SMALL ? 10 : 4);
        Duration roundTrip = Duration.ofMillis(millis);
        Path folder = lab.folder("files");
        try (Sink sink = Sink.discarding("SINK");
                LongLine line = LongLine.before(sink.peer(), roundTrip, BYTES_PER_SECOND);
                OrthancServer orthanc = lab.orthanc("ORTHANC1", false, Map.of("Plugins", List.of(PLUGIN)));
                LongLine webLine = LongLine.before(
                        new Peer(AeTitle.of("WEB"), "127.0.0.1", orthanc.httpPort()), roundTrip, BYTES_PER_SECOND);
                BenchGateway gateway = lab.gateway(
                        "gateway.listener-defaults.ae-titles = [ONE, SEVERAL, WEB]", routing(line, webLine))) {
            BenchFiles files = BenchFiles.write(folder, 1, many, size);
            for (int run = -1; run < lab.runs(); run++) {
                files.renew();
                BenchFiles first = files.first(few);
                double[] one = emptied(gateway, "ONE", first);
                double[] web = emptied(gateway, "WEB", first);
                double[] several = emptied(gateway, "SEVERAL", files);
                double bare = few / DirectSender.sendFiles(line.peer(), 1, first.all());
                if (run >= 0) {
                    single.add(one[0]);
                    cpuSingle.add(one[1]);
                    stow.add(web[0]);
                    window.add(several[0]);
                    cpuWindow.add(several[1]);
                    direct.add(bare);
                }
            }
        }
        Lab.delete(folder);
        report(lab, millis, size, List.of(window, single, direct, stow, cpuWindow, cpuSingle));
    }

    private static String routing(LongLine line, LongLine webLine) {
        return """
                destination-defaults.max-associations = 1
                destinations {
                  one { ae-title = SINK, host = "127.0.0.1", port = %1$d }
                  several { ae-title = SINK, host = "127.0.0.1", port = %1$d, pipeline = %2$d }
                  web.dicomweb { url = "http://127.0.0.1:%3$d/dicom-web", user = orthanc, password = orthanc }
                }
                routes = [
                  { name = one, match.called-ae = ONE, to = one }
                  { name = several, match.called-ae = SEVERAL, to = several }
                  { name = web, match.called-ae = WEB, to = web }
                ]
                """.formatted(line.peer().port(), WINDOW, webLine.peer().port());
    }

    /** How many a second, and the gateway's processor time for each in milliseconds. */
    private static double[] emptied(BenchGateway gateway, String destination, BenchFiles files) {
        Peer peer =
                new Peer(AeTitle.of(destination), "127.0.0.1", gateway.peer().port());
        gateway.pause(peer);
        DirectSender.sendFiles(peer, 1, files.all());
        ForwardLogTail tail = gateway.log();
        double before = gateway.cpuSeconds();
        gateway.resume(peer);
        double perSecond = tail.await("delivered", files.count(), Lab.LIMIT).perSecond();
        return new double[] {perSecond, (gateway.cpuSeconds() - before) / files.count() * 1e3};
    }

    /** @param all as {@link #measure} made them */
    private static void report(Lab lab, int millis, int size, List<Samples> all) {
        Samples window = all.get(0);
        String what = "%d ms, %s, ".formatted(millis, Lab.sizeName(size));
        lab.progress("  %sinstances/s: pipeline 16 %s, 1 %s, direct sender %s, STOW-RS %s"
                .formatted(
                        what,
                        window.text(),
                        all.get(1).text(),
                        all.get(2).text(),
                        all.get(3).text()));
        Results results = lab.results();
        String aim = millis == 100 && size == Lab.SMALL ? "10" : "";
        results.ratio(NAME, what + "pipeline = 16, instances/s", window, "pipeline = 1", all.get(1), aim);
        results.ratio(NAME, what + "the same", window, "a direct sender, one at a time", all.get(2), "");
        results.ratio(NAME, what + "the same", window, "STOW-RS, one connection", all.get(3), "");
        String carries = "%.0f".formatted((double) BYTES_PER_SECOND / size);
        results.value(NAME, what + "what the line carries, instances/s", carries, "");
        String cpu = all.get(4).text() + " / " + all.get(5).text();
        results.value(NAME, what + "processor time per instance, pipeline 16 / 1, ms", cpu, "");
    }
}
