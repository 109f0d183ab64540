package org.dicomgateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.dicom.values.Peer;

/** How fast a full spool is emptied to a destination with a profile, beside one without. Both discard the bytes. */
final class TransformFigure {

    private static final String NAME = "transform: a full spool, de-identified beside as received";
    private static final int LARGER = 4 * 1024 * 1024;
    private static final String KEY = "8f0c1e5ab1d34796a2c85e9f7b603d14c94fa0827d5be3166ad8f17925bc40ee";

    private TransformFigure() {}

    static void measure(Lab lab) {
        measure(lab, LARGER, 100);
        measure(lab, Lab.LARGE, 800);
        measure(lab, Lab.SMALL, 2000);
    }

    private static void measure(Lab lab, int size, int full) {
        Samples changed = new Samples();
        Samples plain = new Samples();
        Samples changedCpu = new Samples();
        Samples plainCpu = new Samples();
        Path folder = lab.folder("files");
        try (Sink research = Sink.discarding("RESEARCH");
                Sink archive = Sink.discarding("ARCHIVE");
                BenchGateway gateway = lab.gateway(routing(key(folder), research.peer(), archive.peer()))) {
            BenchFiles files = BenchFiles.write(folder, 4, lab.count(full) / 4, size);
            for (int run = -Lab.COLD_RUNS; run < lab.runs(); run++) {
                gateway.pause(research.peer(), archive.peer());
                files.renew();
                DirectSender.sendFiles(gateway.peer(), 4, files.all());
                boolean record = run >= 0;
                // In turns.
                for (boolean deidentified : run % 2 == 0 ? new boolean[] {true, false} : new boolean[] {false, true}) {
                    double before = gateway.cpuSeconds();
                    double perSecond = emptied(gateway, deidentified ? research.peer() : archive.peer(), files);
                    double cpu = (gateway.cpuSeconds() - before) / files.count() * 1e3;
                    if (record) {
                        (deidentified ? changed : plain).add(perSecond);
                        (deidentified ? changedCpu : plainCpu).add(cpu);
                    }
                }
            }
        }
        Lab.delete(folder);
        String what = Lab.sizeName(size);
        lab.progress("  %s: de-identified %s/s, as received %s/s".formatted(what, changed.text(), plain.text()));
        lab.results().ratio(NAME, what + ", instances/s", changed, "as received", plain, "0.5");
        lab.results().ratio(NAME, what + ", processor time, ms", changedCpu, "as received", plainCpu, "");
    }

    private static Path key(Path folder) {
        try {
            Path key = Files.writeString(folder.resolve("trial.key"), KEY);
            return Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String routing(Path key, Peer research, Peer archive) {
        return "transforms.trial { profile = basic, key-file = \"" + key + "\" }\n"
                + BenchGateway.destinations(", transform = trial", research)
                + BenchGateway.destinations("", archive)
                + "routes = [ { name = all, to = [research, archive] } ]";
    }

    private static double emptied(BenchGateway gateway, Peer destination, BenchFiles files) {
        ForwardLogTail tail = gateway.log();
        gateway.resume(destination);
        double perSecond = tail.await("delivered", files.count(), Lab.LIMIT).perSecond();
        gateway.pause(destination);
        return perSecond;
    }
}
