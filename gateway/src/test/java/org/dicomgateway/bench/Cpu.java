package org.dicomgateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Processor time, as the kernel counts it ({@code proc(5)}), in units of a hundredth of a second. */
final class Cpu {

    private static final double TICKS_PER_SECOND = 100;

    private Cpu() {}

    /** Seconds that a process took until now. */
    static double seconds(long pid) {
        String stat = read("/proc/" + pid + "/stat");
        // The name of the command, in parentheses, may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** The same, with the processes that it started and that have ended. */
    static double secondsWithChildren(long pid) {
        String stat = read("/proc/" + pid + "/stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return seconds(pid) + (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS_PER_SECOND;
    }

    /** What each thread of a process whose name begins like this took until now. */
    static Threads threads(long pid, String names) {
        return threads(pid, (String name) -> name.startsWith(names));
    }

    private static Threads threads(long pid, Predicate<String> which) {
        Map<String, Double> seconds = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                if (which.test(Files.readString(task.resolve("comm")).strip())) {
                    String nanos = Files.readString(task.resolve("schedstat")).split(" ", -1)[0];
                    seconds.put(task.toString(), Double.parseDouble(nanos) / 1e9);
                }
            }
        } catch (IOException ended) {
            // The file of a thread that ends: "no such file", or "no such process" while it is read.
            if (!Files.exists(Path.of("/proc/" + pid + "/task"))) {
                throw new UncheckedIOException(ended);
            }
            return threads(pid, which);
        }
        return new Threads(seconds);
    }

    /** The threads of a gateway by what they are for. The kernel knows the first fifteen characters of a name. */
    enum Group {
        ASSOCIATION("dicom-assoc-"),
        COMMITTER("spool-committer"),
        LEDGER("spool-ledger"),
        LANES("lane-|dicom-scu-"),
        LOG("forward-log"),
        GC("GC Thread|G1 |VM Thread"),
        COMPILER("C1 CompilerThre|C2 CompilerThre"),
        REST("");

        private final Pattern names;

        Group(String names) {
            this.names = Pattern.compile("(" + names + ").*");
        }

        private static Group of(String name) {
            return Arrays.stream(values())
                    .filter(group -> group.names.matcher(name).matches())
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What a process and the threads of each group took until now. */
    static Shares shares(long pid) {
        Map<Group, Threads> groups = new EnumMap<>(Group.class);
        for (Group group : Group.values()) {
            groups.put(group, threads(pid, (String name) -> Group.of(name) == group));
        }
        return new Shares(seconds(pid), groups);
    }

    /**
     * The time of a process by groups of threads.
     *
     * @param seconds of the whole process
     */
    record Shares(double seconds, Map<Group, Threads> groups) {

        /**
         * Seconds of each group since then. Threads that have ended since are no longer listed: what the process took
         * beyond those that are there counts for {@code ended}.
         */
        Map<Group, Double> since(Shares before, Group ended) {
            Map<Group, Double> took = new EnumMap<>(Group.class);
            groups.forEach(
                    (group, now) -> took.put(group, now.since(Objects.requireNonNull(before.groups.get(group)))));
            double listed = took.values().stream().mapToDouble(share -> share).sum();
            took.merge(ended, Math.max(0, seconds - before.seconds - listed), Double::sum);
            return took;
        }
    }

    /** @param seconds by thread */
    record Threads(Map<String, Double> seconds) {

        /** Seconds that those which are there now took since then; what one took that has ended is lost. */
        double since(Threads before) {
            return seconds.entrySet().stream()
                    .mapToDouble(now -> now.getValue() - before.seconds.getOrDefault(now.getKey(), 0.0))
                    .sum();
        }
    }

    /** Seconds that all processors were busy until now, whoever kept them so. */
    static double busySeconds() {
        long[] ticks = Arrays.stream(
                        read("/proc/stat").lines().findFirst().orElseThrow().split(" +", -1))
                .skip(1)
                .mapToLong(Long::parseLong)
                .toArray();
        // user, nice, system, irq, softirq: neither idle nor waiting for a disk.
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / TICKS_PER_SECOND;
    }

    /** What a process has in memory now, in MB; {@code highest}: had at most. */
    static double residentMegabytes(long pid, boolean highest) {
        String key = highest ? "VmHWM:" : "VmRSS:";
        return read("/proc/" + pid + "/status")
                .lines()
                .filter(line -> line.startsWith(key))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1000)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
