package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A child process with its output in a file. Whatever a test forgets, or is killed out of, ends with the JVM.
 */
public final class Child implements AutoCloseable {

    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Child::destroy), "end-children-of-tests"));
    }

    private final Process process;
    private final Path log;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts {@code command}, with stdout and stderr appended to {@code log}.
     *
     * @throws IllegalStateException when the program cannot be started, naming it
     */
    public static Child start(Path log, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            ALIVE.add(process);
            return new Child(process, log);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cannot start " + command.get(0) + " (" + e.getMessage()
                            + "); scripts/setup.sh --tests installs it",
                    e);
        }
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it still runs; a stopped (SIGSTOP) one does. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its name, such as {@code STOP}. */
    public void signal(String name) {
        Dcmtk.run("kill", "-" + name, Long.toString(process.pid())).orFail();
    }

    /**
     * Waits for its end.
     *
     * @return the exit code
     * @throws IllegalStateException when it still runs after {@code limit}; it is killed then
     */
    public int await(Duration limit) {
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                ALIVE.remove(process);
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
        throw new IllegalStateException("process " + process.pid() + " did not end within " + limit + ":\n" + output());
    }

    /** Everything it has written until now. */
    public String output() {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends SIGTERM and waits for its end. */
    public int terminate(Duration limit) {
        process.destroy();
        return await(limit);
    }

    /** Sends SIGKILL, to it and to what it started, and waits until it is gone. */
    public void kill() {
        destroy(process);
        process.onExit().join();
        ALIVE.remove(process);
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        kill();
    }

    private static void destroy(Process process) {
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            List<ProcessHandle> all = descendants.toList();
            process.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
