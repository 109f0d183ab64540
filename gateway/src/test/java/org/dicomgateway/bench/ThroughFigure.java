package org.dicomgateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.Pause;
import org.dicomgateway.bench.load.StockSender;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.OrthancServer;

/** From the start of one stock {@code storescu} until the last instance shows over the REST API of the destination. */
final class ThroughFigure {

    private static final String NAME = "through: until the last instance shows over REST, 1 association";
    private static final Duration POLL = Duration.ofMillis(20);

    private ThroughFigure() {}

    static void measure(Lab lab) {
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, size);
        }
    }

    private static void measure(Lab lab, int size) {
        Samples ours = new Samples();
        Samples direct = new Samples();
        Samples noDelay = new Samples();
        Samples router = new Samples();
        Samples script = new Samples();
        Samples cpu = new Samples();
        int count = lab.count(150);
        Path folder = lab.folder("files");
        Path log = folder.resolve("storescu.log");
        try (OrthancServer target = lab.orthanc("ORTHANC1");
                OrthancServer mended = lab.orthanc("ORTHANC3", true, Map.of());
                BenchGateway gateway = lab.gatewayTo(target.peer());
                OrthancServer lua = luaRouter(lab, target.peer());
                ScriptRouter storescp = new ScriptRouter(lab.folder("script"), target.peer())) {
            BenchFiles files = BenchFiles.write(folder, 1, count, size);
            for (int run = 0; run < 5; run++) { // for the compiler
                files.renew();
                seconds(log, gateway.peer(), files, target);
            }
            for (int run = 0; run < lab.runs(); run++) {
                files.renew();
                double before = gateway.cpuSeconds();
                ours.add(count / seconds(log, gateway.peer(), files, target));
                cpu.add((gateway.cpuSeconds() - before) / count * 1e3);
                files.renew();
                direct.add(count / seconds(log, target.peer(), files, target));
                noDelay.add(count / seconds(log, mended.peer(), files, mended));
                files.renew();
                router.add(count / seconds(log, lua.peer(), files, target));
                files.renew();
                script.add(count / seconds(log, storescp.peer(), files, target));
                lab.progress("  %s, run %d: %s/s, directly %s/s, Orthanc as router %s/s, script %s/s"
                        .formatted(
                                Lab.sizeName(size), run + 1, ours.text(), direct.text(), router.text(), script.text()));
            }
        }
        Lab.delete(folder);
        String what = Lab.sizeName(size) + ", instances/s";
        lab.results().ratio(NAME, what, ours, "storescu directly to Debian's Orthanc", direct, "8");
        lab.results().ratio(NAME, what, ours, "the same with TCP_NODELAY=1", noDelay, "");
        lab.results().ratio(NAME, what, ours, "Orthanc as router (Lua)", router, "12");
        lab.results().ratio(NAME, what, ours, "storescp and storescu as script router", script, "12");
        lab.results()
                .value(
                        NAME,
                        Lab.sizeName(size) + ", gateway's processor time per instance, in and out, ms",
                        cpu.text(),
                        "");
    }

    private static double seconds(Path log, Peer to, BenchFiles files, OrthancServer target) {
        long before = target.instances();
        long begin = System.nanoTime();
        StockSender.send(log, to, files);
        while (target.instances() < before + files.count()) {
            if (System.nanoTime() - begin > Lab.LIMIT.toNanos()) {
                throw new IllegalStateException("not all of " + files.count() + " instances came through " + to);
            }
            Pause.of(POLL);
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static OrthancServer luaRouter(Lab lab, Peer target) {
        try {
            Path script = lab.folder("lua").resolve("route.lua");
            Files.writeString(script, """
                    function OnStoredInstance(instanceId, tags, metadata)
                      SendToModality(instanceId, 'target')
                    end
                    """);
            return lab.orthanc(
                    "ORTHANC2",
                    false,
                    Map.of(
                            "LuaScripts", List.of(script.toString()),
                            "DicomModalities",
                                    Map.of("target", List.of(target.aeTitle().value(), target.host(), target.port()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** DCMTK's receiver, which has DCMTK's sender run for each file. */
    private static final class ScriptRouter implements AutoCloseable {

        private final Peer peer =
                new Peer(org.dicomgateway.dicom.values.AeTitle.of("SCRIPT"), "127.0.0.1", FreePorts.next());
        private final Child child;

        ScriptRouter(Path folder, Peer target) {
            String command = "storescu -aet GATEWAY -aec %s %s %d #p/#f"
                    .formatted(target.aeTitle(), target.host(), target.port());
            child = Child.start(
                    folder.resolve("storescp.log"),
                    Map.of(),
                    List.of(
                            "storescp",
                            "-aet",
                            "SCRIPT",
                            "-od",
                            folder.toString(),
                            "+uf",
                            "--exec-on-reception",
                            command,
                            Integer.toString(peer.port())));
            Pause.of(Duration.ofSeconds(1));
        }

        Peer peer() {
            return peer;
        }

        @Override
        public void close() {
            child.close();
        }
    }
}
