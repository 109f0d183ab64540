package org.dicomgateway.orthanc;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Uid;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks a DICOMweb server for storage commitment (PS3.18 13). For any number of threads. */
public final class DicomWebCommitment {

    private static final String JSON = "application/dicom+json";
    /** More than the results of a thousand instances need, also in XML. */
    private static final DataSize LONGEST_ANSWER = DataSize.ofMebibytes(4);

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param results when there are any that can be read
     * @param retryAfter the time in {@code Retry-After}
     */
    public record Answer(int status, Optional<SopResults> results, Optional<Duration> retryAfter) {}

    private final OrthancHttp http;
    private final InstantSource clock;

    /**
     * For the server at {@code base}.
     *
     * @param answerTimeout for each answer, to its last byte
     */
    public DicomWebCommitment(URI base, WebAccess access, Duration answerTimeout, InstantSource clock) {
        this.http = new OrthancHttp(base, access, answerTimeout);
        this.clock = clock;
    }

    /**
     * Makes a request (PS3.18 13.4). When its connection breaks off, it is made again under the same Transaction UID; a
     * server that had got it then answers 409.
     *
     * @throws IOException when no answer came
     */
    public Answer request(CommitmentRequest request) throws IOException {
        return answer(HttpRequest.newBuilder(http.post(path(request.transaction()), payload(request)), (n, v) -> true)
                .header("Content-Type", JSON)
                .header("Accept", JSON)
                .build());
    }

    /**
     * Checks for the result of a request (PS3.18 13.5).
     *
     * @throws IOException when no answer came
     */
    public Answer result(Uid transaction) throws IOException {
        return answer(http.get(path(transaction), JSON));
    }

    private Answer answer(HttpRequest request) throws IOException {
        HttpResponse<byte[]> response = http.exchange(request, BodyHandlers.ofByteArray(), LONGEST_ANSWER);
        return new Answer(
                response.statusCode(),
                SopResults.read(response.headers().firstValue("Content-Type").orElse(""), response.body()),
                WebAccess.retryAfter(response.headers().firstValue("Retry-After"), clock.instant()));
    }

    private static String path(Uid transaction) {
        return "commitment-requests/" + transaction;
    }

    /** The Storage Commitment Request Module (PS3.18 J.1). */
    private static String payload(CommitmentRequest request) {
        ObjectNode dataset = JsonMapper.shared().createObjectNode();
        ArrayNode items = dataset.putObject("00081199").put("vr", "SQ").putArray("Value");
        for (SopReference reference : request.references()) {
            ObjectNode item = items.addObject();
            uid(item, "00081150", reference.sopClass());
            uid(item, "00081155", reference.sopInstance());
        }
        return dataset.toString();
    }

    private static void uid(ObjectNode item, String tag, Uid uid) {
        item.putObject(tag).put("vr", "UI").putArray("Value").add(uid.value());
    }

    /** The URL of the server, without the login. */
    public URI base() {
        return http.base();
    }
}
