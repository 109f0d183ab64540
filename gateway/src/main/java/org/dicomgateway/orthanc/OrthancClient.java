package org.dicomgateway.orthanc;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.dicomgateway.config.DataSize;
import org.dicomgateway.dicom.Uid;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks one Orthanc server, over its REST API, what it holds. Only asks: nothing here changes a server.
 *
 * <p>Every call ends within the answer timeout, body included. Connections are kept and used again. Safe for use by
 * several threads.
 */
public final class OrthancClient {

    /** How long a server may take to accept a connection. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** How long a complete answer may take. */
    public static final Duration DEFAULT_ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private static final int DEFAULT_PAGE = 1000;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI base;
    private final Optional<String> authorization;
    private final Duration answerTimeout;
    private final int pageSize;
    private final HttpClient http;

    /** Of the server at {@code base} ({@code http://localhost:8042}), with the default timeouts. */
    public OrthancClient(URI base, Login login) {
        this(base, login, DEFAULT_CONNECT_TIMEOUT, DEFAULT_ANSWER_TIMEOUT);
    }

    /** Of the server at {@code base}; {@code answerTimeout} is for a whole exchange, the last byte included. */
    public OrthancClient(URI base, Login login, Duration connectTimeout, Duration answerTimeout) {
        this(base, Optional.of(login), connectTimeout, answerTimeout);
    }

    /** The same of a server that may want no login. */
    public OrthancClient(URI base, Optional<Login> login, Duration connectTimeout, Duration answerTimeout) {
        this(base, login, connectTimeout, answerTimeout, DEFAULT_PAGE);
    }

    OrthancClient(URI base, Login login, Duration connectTimeout, Duration answerTimeout, int pageSize) {
        this(base, Optional.of(login), connectTimeout, answerTimeout, pageSize);
    }

    private OrthancClient(
            URI base, Optional<Login> login, Duration connectTimeout, Duration answerTimeout, int pageSize) {
        this.base = base.getPath().endsWith("/") ? base : URI.create(base + "/");
        this.authorization = login.map(Login::header);
        this.answerTimeout = answerTimeout;
        this.pageSize = pageSize;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .build();
    }

    /** The server's address, without the login. */
    public URI base() {
        return base;
    }

    /** Who the server says it is. */
    public SystemInfo system() throws OrthancException {
        return read(
                get("system"),
                answer -> new SystemInfo(
                        answer.path("Name").asString(""),
                        answer.required("Version").asString(),
                        answer.required("DicomAet").asString(),
                        answer.required("DicomPort").asInt(),
                        answer.required("HttpPort").asInt()));
    }

    /** How much the server holds. */
    public Statistics statistics() throws OrthancException {
        return read(
                get("statistics"),
                answer -> new Statistics(
                        answer.required("CountPatients").asLong(),
                        answer.required("CountStudies").asLong(),
                        answer.required("CountSeries").asLong(),
                        answer.required("CountInstances").asLong(),
                        new DataSize(answer.required("TotalDiskSize").asLong())));
    }

    /** Everything of one level that the server holds, with its main DICOM tags, in no particular order. */
    public List<Resource> list(Level level) throws OrthancException {
        List<Resource> all = new ArrayList<>();
        List<Resource> page;
        do {
            page = read(
                    get(level.path() + "?expand&since=" + all.size() + "&limit=" + pageSize),
                    answer -> resources(level, answer));
            all.addAll(page);
        } while (page.size() == pageSize);
        return all;
    }

    /** The instances with this SOP Instance UID: several when two patients or studies share it, empty when there is none. */
    public List<OrthancId> find(Uid sopInstance) throws OrthancException {
        HttpRequest lookup = request("tools/lookup")
                .POST(HttpRequest.BodyPublishers.ofString(sopInstance.value()))
                .build();
        return read(
                lookup,
                answer -> answer.valueStream()
                        .filter(hit -> hit.path("Type").asString("").equals("Instance"))
                        .map(hit -> new OrthancId(hit.required("ID").asString()))
                        .toList());
    }

    /** Whether the server holds this instance. */
    public boolean holds(OrthancId instance) throws OrthancException {
        HttpResponse<byte[]> response =
                exchange(get("instances/" + instance + "/statistics"), BodyHandlers.ofByteArray());
        if (response.statusCode() == 404) {
            return false;
        }
        body(response);
        return true;
    }

    /** What one instance takes. */
    public InstanceStatistics instanceStatistics(OrthancId instance) throws OrthancException {
        return read(get("instances/" + instance + "/statistics"), answer -> {
            DataSize diskSize = new DataSize(answer.required("DiskSize").asLong());
            DataSize dicomSize = answer.has("DicomUncompressedSize")
                    ? new DataSize(answer.required("DicomUncompressedSize").asLong())
                    : diskSize;
            return new InstanceStatistics(dicomSize, diskSize);
        });
    }

    /** The MD5 of an instance's DICOM file, in hex, as the server computed it when it stored the file. */
    public String md5(OrthancId instance) throws OrthancException {
        return new String(
                body(exchange(get("instances/" + instance + "/attachments/dicom/md5"), BodyHandlers.ofByteArray())),
                StandardCharsets.US_ASCII);
    }

    /** An instance's DICOM file as it is stored, in memory. */
    public byte[] file(OrthancId instance) throws OrthancException {
        return body(exchange(get("instances/" + instance + "/file"), BodyHandlers.ofByteArray()));
    }

    /** Writes an instance's DICOM file to {@code target}, replacing what is there; for what is too large for memory. */
    public void download(OrthancId instance, Path target) throws OrthancException {
        body(exchange(get("instances/" + instance + "/file"), BodyHandlers.ofFile(target)));
    }

    private static List<Resource> resources(Level level, JsonNode answer) {
        return answer.valueStream().map(entry -> resource(level, entry)).toList();
    }

    private static Resource resource(Level level, JsonNode entry) {
        String parentField = level.parentField();
        String childrenField = level.childrenField();
        return new Resource(
                level,
                new OrthancId(entry.required("ID").asString()),
                Optional.ofNullable(parentField)
                        .map(field -> new OrthancId(entry.required(field).asString())),
                tags(entry),
                childrenField == null
                        ? List.of()
                        : entry.required(childrenField)
                                .valueStream()
                                .map(child -> new OrthancId(child.asString()))
                                .toList());
    }

    /** A study's answer carries its patient's tags beside its own. */
    private static Map<String, String> tags(JsonNode entry) {
        Map<String, String> tags = new HashMap<>();
        for (String field : List.of("PatientMainDicomTags", "MainDicomTags")) {
            entry.path(field)
                    .properties()
                    .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString("")));
        }
        return tags;
    }

    private HttpRequest get(String path) {
        return request(path).GET().build();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(answerTimeout);
        authorization.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private <T> T read(HttpRequest request, Function<JsonNode, T> reader) throws OrthancException {
        byte[] body = body(exchange(request, BodyHandlers.ofByteArray()));
        try {
            return reader.apply(JSON.readTree(body));
        } catch (JacksonException | IllegalArgumentException e) {
            throw OrthancException.unreadable(request.uri(), e);
        }
    }

    private static <T> T body(HttpResponse<T> response) throws OrthancException {
        if (response.statusCode() != 200) {
            throw OrthancException.answered(response.uri(), response.statusCode());
        }
        return response.body();
    }

    /**
     * Orthanc closes a connection that was idle for a second; a request may meet that close on its way. Nothing here
     * changes the server, so such a request is sent once more.
     */
    private <T> HttpResponse<T> exchange(HttpRequest request, BodyHandler<T> handler) throws OrthancException {
        try {
            return attempt(request, handler);
        } catch (ConnectException | HttpTimeoutException e) {
            throw OrthancException.unreachable(request.uri(), e);
        } catch (OrthancException e) {
            throw e;
        } catch (IOException e) {
            try {
                return attempt(request, handler);
            } catch (OrthancException again) {
                throw again;
            } catch (IOException again) {
                throw OrthancException.unreachable(request.uri(), again);
            }
        }
    }

    /** The client's own timeout ends with the headers of an answer; this one holds for its body too. */
    private <T> HttpResponse<T> attempt(HttpRequest request, BodyHandler<T> handler) throws IOException {
        CompletableFuture<HttpResponse<T>> response = http.sendAsync(request, handler);
        try {
            return response.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw OrthancException.late(request.uri(), answerTimeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrthancException.interrupted(request.uri());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("asking " + request.uri() + " failed unexpectedly", e.getCause());
        } finally {
            response.cancel(true);
        }
    }
}
