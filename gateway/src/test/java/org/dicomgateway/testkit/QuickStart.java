package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Options for the JVM of a gateway that is started in a test: a start takes a third of the time. Its classes come from
 * an archive beside the jar, which the first test of a build makes.
 */
final class QuickStart {

    /** For a JVM that lives for seconds. */
    static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private QuickStart() {}

    /** Classes from the archive of this jar, whatever else the JVM is given. */
    static synchronized List<String> archive(Path jar) {
        Path archive = jar.resolveSibling(jar.getFileName() + ".classes");
        try (FileChannel channel = FileChannel.open(
                        jar.resolveSibling(archive.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                // Tests run in several JVMs at once.
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !isOf(jar, archive)) {
                make(archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // A JVM that cannot use it does without, and need not say so.
        return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable", "-Xlog:all=error:stderr");
    }

    private static boolean isOf(Path jar, Path archive) throws IOException {
        return Files.exists(archive)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) > 0;
    }

    private static void make(Path archive) throws IOException {
        Path home = Files.createTempDirectory("quick-start");
        Path unfinished = home.resolve("classes");
        List<String> options = Stream.concat(SHORT_LIVED.stream(), Stream.of("-XX:ArchiveClassesAtExit=" + unfinished))
                .toList();
        try (GatewayProcess gateway = new GatewayProcess(home, jar -> options)) {
            gateway.broadcastTo(gateway.peer()).start();
            gateway.terminate(Duration.ofMinutes(2));
        }
        Files.move(unfinished, archive, StandardCopyOption.REPLACE_EXISTING);
        try (Stream<Path> left = Files.walk(home)) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
