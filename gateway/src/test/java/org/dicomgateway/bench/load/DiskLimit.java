package org.dicomgateway.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The disk's limit: threads that append to one file, which was filled with zeros before, and each waits until what it
 * wrote is synced. Whoever syncs does so for all that have written by then. No DICOM, no sockets.
 */
public final class DiskLimit {

    private static final long FILE = 256L << 20;

    private final FileChannel file;
    private final Object writing = new Object();
    private final Object syncing = new Object();
    private long written;
    private volatile long synced;

    private DiskLimit(FileChannel file) {
        this.file = file;
    }

    /**
     * What the disk takes.
     *
     * @param perSecond appends a second
     * @param cpuMillis processor time of this process for each
     */
    public record Appended(double perSecond, double cpuMillis) {}

    /** Appends {@code count} times {@code size} bytes, from so many threads. */
    public static Appended append(Path path, int threads, int size, int count) {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            for (long at = 0; at < FILE; at += zeros.capacity()) {
                file.write(zeros.clear(), at);
            }
            file.force(true);
            int each = count / threads;
            Duration before = cpuTime();
            double seconds = new DiskLimit(file).append(threads, size, each);
            double millis = cpuTime().minus(before).toNanos() / 1e6;
            return new Appended(each * threads / seconds, millis / (each * threads));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            path.toFile().delete();
        }
    }

    private static Duration cpuTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }

    private double append(int threads, int size, int each) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long begin = System.nanoTime();
        try {
            for (Future<?> done : IntStream.range(0, threads)
                    .mapToObj(t -> pool.submit(() -> {
                        ByteBuffer bytes = ByteBuffer.allocateDirect(size);
                        for (int i = 0; i < each; i++) {
                            awaitSynced(write(bytes.clear()));
                        }
                        return null;
                    }))
                    .toList()) {
                done.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("appending failed", e);
        } finally {
            pool.shutdownNow();
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private long write(ByteBuffer bytes) throws IOException {
        synchronized (writing) {
            long at = written % (FILE - bytes.remaining());
            written += bytes.remaining();
            file.write(bytes, at);
            return written;
        }
    }

    private void awaitSynced(long until) throws IOException {
        synchronized (syncing) {
            if (synced >= until) {
                return;
            }
            long all;
            synchronized (writing) {
                all = written;
            }
            file.force(false);
            synced = all;
        }
    }
}
