package org.dicomgateway.testkit.observe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Prometheus' own checker of what it is given (package {@code prometheus}). */
public final class Promtool {

    private static final int LIMIT_SECONDS = 60;

    private Promtool() {}

    /**
     * Runs it in a directory; returns what it says.
     *
     * @throws AssertionError when it finds something wrong
     */
    public static String run(Path directory, String... arguments) throws IOException, InterruptedException {
        Result result = run(directory, "", List.of(arguments));
        if (result.exitCode != 0) {
            throw new AssertionError(
                    "promtool " + String.join(" ", arguments) + " in " + directory + ":\n" + result.output);
        }
        return result.output;
    }

    /** What it has to say against metrics, in the text format; empty when that is nothing. */
    public static String checkMetrics(String metrics) throws IOException, InterruptedException {
        Result result = run(Path.of("."), metrics, List.of("check", "metrics"));
        return result.exitCode == 0 ? "" : result.output.isEmpty() ? "exit code " + result.exitCode : result.output;
    }

    private record Result(int exitCode, String output) {}

    private static Result run(Path directory, String input, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(arguments);
        Path in = Files.createTempFile("promtool", ".in");
        try {
            Files.writeString(in, input);
            Process process;
            try {
                process = new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(in.toFile())
                        .start();
            } catch (IOException e) {
                throw new IllegalStateException("cannot start promtool; scripts/setup.sh installs it", e);
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("promtool does not end: " + command);
            }
            return new Result(process.exitValue(), output);
        } finally {
            Files.deleteIfExists(in);
        }
    }
}
