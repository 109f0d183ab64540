package org.dicomgateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

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

    /** Seconds that those threads of a process took until now which are there and whose names begin like this. */
    static double seconds(long pid, String threads) {
        double nanos = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                nanos += nanosOf(task, threads);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return nanos / 1e9;
    }

    private static double nanosOf(Path task, String threads) throws IOException {
        try {
            return Files.readString(task.resolve("comm")).startsWith(threads)
                    ? Double.parseDouble(
                            Files.readString(task.resolve("schedstat")).split(" ", -1)[0])
                    : 0;
        } catch (NoSuchFileException ended) {
            return 0;
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
