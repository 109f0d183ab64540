package org.dicomgateway.torture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dicomgateway.testkit.TestFiles.TestFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends studies over STOW-RS, each in one request. */
final class StowSender {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String BOUNDARY = "sea-rose";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();
    private final URI studies;

    StowSender(int port) {
        this.studies = URI.create("http://127.0.0.1:" + port + "/dicom-web/studies");
    }

    /** Returns what the answer lists as stored; nothing when there is no answer. */
    List<TestFile> send(List<TestFile> study) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(studies)
                .timeout(LIMIT)
                .header("Content-Type", "multipart/related; type=\"application/dicom\"; boundary=" + BOUNDARY)
                .POST(BodyPublishers.ofByteArray(body(study)))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            Set<String> stored = stored(answer);
            return study.stream()
                    .filter(file -> stored.contains(file.sopInstance().value()))
                    .toList();
        } catch (IOException e) {
            return List.of(); // The gateway was killed, or stops.
        }
    }

    private static Set<String> stored(HttpResponse<String> answer) {
        Set<String> stored = new HashSet<>();
        if (answer.headers().firstValue("Content-Type").orElse("").equals("application/dicom+json")) {
            for (JsonNode item : JsonMapper.shared().readTree(answer.body()).at("/00081199/Value")) {
                stored.add(item.at("/00081155/Value/0").asString());
            }
        }
        return stored;
    }

    private static byte[] body(List<TestFile> study) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (TestFile file : study) {
            out.writeBytes(("--" + BOUNDARY + "\r\nContent-Type: application/dicom\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            try {
                out.writeBytes(Files.readAllBytes(file.path()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }
}
