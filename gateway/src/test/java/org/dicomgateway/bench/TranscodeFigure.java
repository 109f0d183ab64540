package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;

/** How fast a full spool is emptied into an acceptor that takes one transfer syntax, beside one that takes every one. */
final class TranscodeFigure {

    private static final String NAME = "transcode: a full spool, transcoded, beside one that is sent as it came";
    private static final String DETAIL = "images of noise, 512 KB; gateway's and codecs' processor time";
    private static final int SENDERS = 4;

    /** AE titles, and what they take. */
    private static final Map<String, TransferSyntax> TAKE = new LinkedHashMap<>();

    static {
        TAKE.put("IMPLICIT", TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        TAKE.put("RLE", TransferSyntax.of("1.2.840.10008.1.2.5"));
        TAKE.put("JPEGLS", TransferSyntax.of("1.2.840.10008.1.2.4.80"));
    }

    private TranscodeFigure() {}

    private record Run(Samples perSecond, Samples cpuMillis) {
        static Run of(String title) {
            return new Run(new Samples(), new Samples());
        }
    }

    static void measure(Lab lab) {
        int many = lab.count(200);
        Path folder = lab.folder("files");
        List<Path> files = new TestFiles(folder, 11)
                .study(1, many, Lab.LARGE).stream().map(TestFile::path).toList();
        Map<String, Sink> sinks = new LinkedHashMap<>();
        sinks.put("PLAIN", Sink.discarding("PLAIN"));
        TAKE.forEach((title, syntax) -> sinks.put(title, Sink.taking(title, List.of(syntax))));
        Map<String, Run> runs = new LinkedHashMap<>();
        Peer[] peers = sinks.values().stream().map(Sink::peer).toArray(Peer[]::new);
        StringBuilder routing = new StringBuilder(BenchGateway.destinations("", peers));
        TAKE.forEach((title, syntax) -> routing.append("destinations.%s.transcode = [\"%s\"]%n"
                .formatted(BenchGateway.name(new Peer(AeTitle.of(title), "localhost", 1)), syntax)));
        routing.append("routes = [ { name = all, to = [plain, implicit, rle, jpegls] } ]\n");
        try (BenchGateway gateway = lab.gateway(routing.toString())) {
            for (int run = -Lab.COLD_RUNS; run < lab.runs(); run++) {
                gateway.pause(peers);
                DirectSender.sendFiles(gateway.peer(), SENDERS, files);
                for (Peer peer : peers) {
                    ForwardLogTail tail = gateway.log();
                    double before = gateway.cpuSecondsWithCodecs();
                    gateway.resume(peer);
                    double perSecond = tail.await("delivered", many, Lab.LIMIT).perSecond();
                    double cpu = (gateway.cpuSecondsWithCodecs() - before) / many * 1e3;
                    if (run >= 0) {
                        Run one = runs.computeIfAbsent(peer.aeTitle().value(), Run::of);
                        one.perSecond.add(perSecond);
                        one.cpuMillis.add(cpu);
                    }
                }
            }
        } finally {
            new ArrayList<>(sinks.values()).forEach(Sink::close);
        }
        Lab.delete(folder);
        Samples plain = runs.computeIfAbsent("PLAIN", Run::of).perSecond;
        runs.forEach((title, run) -> {
            lab.progress("  %s: %s/s, %s ms".formatted(title, run.perSecond.text(), run.cpuMillis.text()));
            if (!title.equals("PLAIN")) {
                lab.results().ratio(NAME, title + ", instances/s", run.perSecond, "as it came", plain, "");
            }
            lab.results().value(NAME, title + ", ms per instance; " + DETAIL, run.cpuMillis.text(), "");
        });
    }
}
