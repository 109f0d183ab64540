package org.dicomgateway.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.testkit.Dcmtk;

/**
 * What a process holds.
 *
 * @param files open files and sockets
 * @param heapBytes used after a full collection
 */
record Footprint(long files, long threads, long heapBytes) {

    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");

    static Footprint of(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Dcmtk.run(jcmd, Long.toString(pid), "GC.run").orFail();
        String heap =
                Dcmtk.run(jcmd, Long.toString(pid), "GC.heap_info").orFail().output();
        // Metaspace comes after the heap, with a "used" of its own.
        Matcher used = USED.matcher(heap);
        if (!used.find()) {
            throw new IllegalStateException("no heap in " + heap);
        }
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            Matcher threads = THREADS.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
            if (!threads.find()) {
                throw new IllegalStateException("no threads in /proc/" + pid + "/status");
            }
            return new Footprint(files.count(), Long.parseLong(threads.group(1)), Long.parseLong(used.group(1)) * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return files + " open files, " + threads + " threads, " + (heapBytes >> 20) + " MiB heap";
    }
}
