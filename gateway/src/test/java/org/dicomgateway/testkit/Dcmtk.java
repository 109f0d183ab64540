package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;

/** Runs DCMTK's tools (and other programs), bounded in time, with their output at hand when something goes wrong. */
public final class Dcmtk {

    /** How long a tool may run unless told otherwise. */
    public static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

    private Dcmtk() {}

    /** What became of a tool's run; {@code output} is stdout and stderr together. */
    public record Result(List<String> command, int exitCode, String output) {

        /** Whether it exited with 0. */
        public boolean succeeded() {
            return exitCode == 0;
        }

        /** Itself, when the tool exited with 0. */
        public Result orFail() {
            if (!succeeded()) {
                throw new AssertionError(String.join(" ", command) + " exited with " + exitCode + ":\n" + output);
            }
            return this;
        }
    }

    /** Runs a tool within the default limit. */
    public static Result run(String tool, String... arguments) {
        return run(DEFAULT_LIMIT, tool, arguments);
    }

    /** Runs a tool; fails the test when it is missing or takes longer than {@code limit}. */
    public static Result run(Duration limit, String tool, String... arguments) {
        List<String> command =
                Stream.concat(Stream.of(tool), Arrays.stream(arguments)).toList();
        Path log = temporaryFile(tool, ".log");
        try (Child child = Child.start(log, Map.of(), command)) {
            int exitCode = child.await(limit);
            return new Result(command, exitCode, child.output());
        } finally {
            delete(log);
        }
    }

    /** Sends a C-ECHO, with further options of {@code echoscu}. */
    public static Result echoscu(Peer to, AeTitle calling, String... options) {
        return run(
                "echoscu",
                Stream.concat(Arrays.stream(options), Arrays.stream(arguments(to, calling, List.of())))
                        .toArray(String[]::new));
    }

    /**
     * Sends files by C-STORE on one association. Exactly the pairs of SOP class and transfer syntax that the files have
     * are proposed, each in a context of its own, so that nothing is converted; {@code storescu} does however write
     * sequences and group lengths in its own way.
     */
    public static Result storescu(Peer to, AeTitle calling, List<Path> files, String... options) {
        Path profile = temporaryFile("storescu", ".cfg");
        try {
            return run(
                    "storescu",
                    Stream.concat(Arrays.stream(options), Arrays.stream(storescuArguments(profile, to, calling, files)))
                            .toArray(String[]::new));
        } finally {
            delete(profile);
        }
    }

    /** Starts {@code storescu -v} in the background; {@code log} gets its output, a file beside it its profile. */
    public static Child startStorescu(Path log, Peer to, AeTitle calling, List<Path> files) {
        Path profile = log.resolveSibling(log.getFileName() + ".cfg");
        return Child.start(
                log,
                Map.of(),
                Stream.concat(
                                Stream.of("storescu", "-v"),
                                Arrays.stream(storescuArguments(profile, to, calling, files)))
                        .toList());
    }

    private static String[] storescuArguments(Path profile, Peer to, AeTitle calling, List<Path> files) {
        write(profile, profileOf(files));
        return Stream.concat(
                        Stream.of("-xf", profile.toString(), "Files"),
                        Arrays.stream(arguments(
                                to, calling, files.stream().map(Path::toString).toList())))
                .toArray(String[]::new);
    }

    /** A negotiation profile in DCMTK's own format (its asconfig.txt). */
    private static String profileOf(List<Path> files) {
        Set<String> syntaxes = new LinkedHashSet<>();
        Set<String> contexts = new LinkedHashSet<>();
        for (Path file : files) {
            Part10 header = Part10.read(file);
            String name = "TS" + header.transferSyntax().toString().replace('.', '_');
            syntaxes.add("[" + name + "]\nTransferSyntax1 = " + header.transferSyntax() + "\n");
            contexts.add(header.sopClass() + "\\" + name);
        }
        StringBuilder profile = new StringBuilder("[[TransferSyntaxes]]\n");
        syntaxes.forEach(profile::append);
        profile.append("[[PresentationContexts]]\n[Pairs]\n");
        int number = 0;
        for (String context : contexts) {
            number++;
            profile.append("PresentationContext" + number + " = " + context + "\n");
        }
        return profile.append("[[Profiles]]\n[Files]\nPresentationContexts = Pairs\n")
                .toString();
    }

    private static String[] arguments(Peer to, AeTitle calling, List<String> tail) {
        List<String> all = new ArrayList<>(List.of(
                "-to",
                "10",
                "-ta",
                "60",
                "-td",
                "60",
                "-aet",
                calling.value(),
                "-aec",
                to.aeTitle().value()));
        all.add(to.host());
        all.add(Integer.toString(to.port()));
        all.addAll(tail);
        return all.toArray(String[]::new);
    }

    private static Path temporaryFile(String tool, String suffix) {
        try {
            return Files.createTempFile(Path.of(tool).getFileName() + "-", suffix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
