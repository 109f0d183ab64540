package org.dicomgateway.bench.load;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sends files by STOW-RS, over as many connections as there are senders, by the client that costs least. */
public final class StowSender {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final byte[] BEGIN =
            "--instances\r\nContent-Type: application/dicom\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST = "--instances--\r\n".getBytes(StandardCharsets.US_ASCII);

    private StowSender() {}

    /**
     * Sends all files, each sender its own, at most so many in a request.
     *
     * @return seconds from the first request to the last answer
     */
    public static double send(int port, BenchFiles files, int inRequest) {
        URI studies = URI.create("http://127.0.0.1:" + port + "/dicom-web/studies");
        ExecutorService threads = Executors.newFixedThreadPool(files.bySender().size());
        try {
            long begin = System.nanoTime();
            List<Future<?>> all = files.bySender().stream()
                    .<Future<?>>map(own -> threads.submit(() -> sendAll(studies, own, inRequest)))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
            return (System.nanoTime() - begin) / 1e9;
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("sending to " + studies + " failed", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void sendAll(URI studies, List<Path> files, int inRequest) {
        for (int i = 0; i < files.size(); i += inRequest) {
            try {
                sendOne(studies, files.subList(i, Math.min(i + inRequest, files.size())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void sendOne(URI studies, List<Path> files) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) studies.toURL().openConnection();
        connection.setConnectTimeout((int) LIMIT.toMillis());
        connection.setReadTimeout((int) LIMIT.toMillis());
        connection.setRequestMethod("POST");
        connection.setRequestProperty(
                "Content-Type", "multipart/related; type=\"application/dicom\"; boundary=instances");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(LAST.length
                + files.stream()
                        .mapToLong(file -> BEGIN.length + file.toFile().length() + END.length)
                        .sum());
        try (OutputStream body = connection.getOutputStream()) {
            for (Path file : files) {
                body.write(BEGIN);
                Files.copy(file, body);
                body.write(END);
            }
            body.write(LAST);
        }
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IllegalStateException("answered " + connection.getResponseCode());
        }
        // Read to its end: then the connection is used again.
        connection.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
}
