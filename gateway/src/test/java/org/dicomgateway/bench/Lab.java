package org.dicomgateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.OrthancServer;

/** Where measurements take place: a folder, how often and how much, and what to tell whoever waits. */
final class Lab {

    static final int LARGE = 512 * 1024;
    static final int SMALL = 8 * 1024;
    static final Duration LIMIT = Duration.ofMinutes(4);

    private final Path directory;
    /** The compilers take a third of the processor for a minute; what they do is not what is asked about. */
    static final int COLD_RUNS = 3;

    private final int runs;
    private final boolean quick;
    private final Results results;
    private final AtomicInteger folders = new AtomicInteger();
    private final long begin = System.nanoTime();

    Lab(Path directory, int runs, boolean quick, Results results) {
        this.directory = directory;
        this.runs = runs;
        this.quick = quick;
        this.results = results;
    }

    int runs() {
        return runs;
    }

    Results results() {
        return results;
    }

    /** So many, or a fraction when it only has to be seen that the figure works; at least a few. */
    int count(int full) {
        return quick ? Math.max(Math.min(full, 20), full / 10) : full;
    }

    /** A new folder. */
    Path folder(String name) {
        try {
            return Files.createDirectories(directory.resolve(folders.incrementAndGet() + "-" + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With all that is in it. */
    static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Orthanc as Debian starts it: with its defaults, which sync each file, on a folder of its own.
     *
     * @param noDelay with {@code TCP_NODELAY=1}
     */
    OrthancServer orthanc(String aeTitle, boolean noDelay, Map<String, ?> more) {
        Map<String, Object> options = new HashMap<>(
                Map.of("SyncStorageArea", true, "DicomAlwaysAllowStore", true, "UnknownSopClassAccepted", false));
        options.putAll(more);
        return OrthancServer.start(
                folder("orthanc"), aeTitle, options, noDelay ? Map.of("TCP_NODELAY", "1") : Map.of());
    }

    OrthancServer orthanc(String aeTitle) {
        return orthanc(aeTitle, false, Map.of());
    }

    BenchGateway gateway(String routing) {
        return gateway("", routing);
    }

    /** With what stands in {@code gateway.conf} beside ports and spool. */
    BenchGateway gateway(String configuration, String routing) {
        return new BenchGateway(folder("gateway"), configuration, routing).start();
    }

    /** Everything to one destination. */
    BenchGateway gatewayTo(Peer peer) {
        return gateway(BenchGateway.destinations("", peer) + "routes = [ { name = all, to = " + BenchGateway.name(peer)
                + " } ]");
    }

    /** For whoever waits. */
    void progress(String text) {
        System.err.printf(Locale.ROOT, "%5.0f s  %s%n", (System.nanoTime() - begin) / 1e9, text);
    }

    static String sizeName(int bytes) {
        return bytes / 1024 + " KB";
    }
}
