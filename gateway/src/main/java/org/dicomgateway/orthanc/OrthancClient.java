package org.dicomgateway.orthanc;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.dicom.values.Uid;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Queries one Orthanc server over its REST API. It only reads: nothing here changes a server.
 *
 * <p>Every call ends within the answer timeout, body included. No answer is read beyond a size limit. Connections are
 * kept and reused. Safe for use by several threads.
 */
public final class OrthancClient {

    /** How long a server may take to accept a connection. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** How long a complete answer may take. */
    public static final Duration DEFAULT_ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private static final DataSize SHORT_ANSWER = DataSize.ofMebibytes(1);
    private static final DataSize LARGEST_PICTURE = DataSize.ofMebibytes(64);
    /** A dataset of 4 GiB, the longest possible element, and its header. */
    private static final DataSize LARGEST_FILE = DataSize.ofMebibytes(4200);

    private static final int DEFAULT_PAGE = 1000;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final OrthancHttp http;
    private final int pageSize;

    /**
     * For the server at {@code base} ({@code http://localhost:8042}).
     *
     * @param login empty: the server needs none
     * @param answerTimeout covers a whole exchange, up to the last byte
     */
    public OrthancClient(URI base, Optional<Login> login, Duration connectTimeout, Duration answerTimeout) {
        this(base, login, connectTimeout, answerTimeout, DEFAULT_PAGE);
    }

    OrthancClient(URI base, Optional<Login> login, Duration connectTimeout, Duration answerTimeout, int pageSize) {
        this.http = new OrthancHttp(base, login, connectTimeout, answerTimeout);
        this.pageSize = pageSize;
    }

    /** The URL of the server, without the login. */
    public URI base() {
        return http.base();
    }

    /** The name, version and addresses that the server reports. */
    public SystemInfo system() throws OrthancException {
        return http.read(
                http.get("system"),
                SHORT_ANSWER,
                answer -> new SystemInfo(
                        answer.path("Name").asString(""),
                        answer.required("Version").asString(),
                        answer.required("DicomAet").asString(),
                        answer.required("DicomPort").asInt()));
    }

    /** How much the server stores. */
    public Statistics statistics() throws OrthancException {
        return http.read(
                http.get("statistics"),
                SHORT_ANSWER,
                answer -> new Statistics(
                        answer.required("CountPatients").asLong(),
                        answer.required("CountStudies").asLong(),
                        answer.required("CountSeries").asLong(),
                        answer.required("CountInstances").asLong(),
                        new DataSize(answer.required("TotalDiskSize").asLong())));
    }

    /** Everything of one level that the server stores, with its main DICOM tags, in no particular order. */
    public List<Resource> list(Level level) throws OrthancException {
        List<Resource> all = new ArrayList<>();
        List<Resource> page;
        do {
            page = http.read(
                    http.get(level.path() + "?expand&since=" + all.size() + "&limit=" + pageSize),
                    answer -> resources(level, answer));
            all.addAll(page);
        } while (page.size() == pageSize);
        return all;
    }

    /**
     * The resources of one level that match a query, with their main DICOM tags, in no particular order.
     *
     * @param query values by keyword, of this level's attributes and those above; {@code *} stands for any text and
     *     {@code ?} for any character
     */
    public List<Resource> find(Level level, Map<String, String> query) throws OrthancException {
        ObjectNode request =
                JSON.createObjectNode().put("Level", level.typeName()).put("Expand", true);
        ObjectNode conditions = request.putObject("Query");
        query.forEach(conditions::put);
        return http.read(http.post("tools/find", JSON.writeValueAsString(request)), answer -> resources(level, answer));
    }

    /**
     * The instances with this SOP Instance UID. Several when two patients or studies share it; empty when there is
     * none.
     */
    public List<OrthancId> find(Uid sopInstance) throws OrthancException {
        return lookup(sopInstance.value()).stream()
                .filter(hit -> hit.level() == Level.INSTANCE)
                .map(Hit::id)
                .toList();
    }

    /**
     * The resources with this PatientID or UID. If there are none, those with this AccessionNumber; empty when there
     * are none either.
     */
    public List<Hit> lookup(String identifier) throws OrthancException {
        List<Hit> hits = http.read(
                http.post("tools/lookup", identifier),
                answer -> OrthancHttp.elements(answer)
                        .flatMap(hit -> Arrays.stream(Level.values())
                                .filter(level ->
                                        level.typeName().equals(hit.path("Type").asString("")))
                                .map(level -> new Hit(
                                        level, new OrthancId(hit.required("ID").asString()))))
                        .toList());
        return hits.isEmpty()
                ? find(Level.STUDY, Map.of("AccessionNumber", identifier)).stream()
                        .map(study -> new Hit(Level.STUDY, study.id()))
                        .toList()
                : hits;
    }

    /** A resource that {@link #lookup} found. */
    public record Hit(Level level, OrthancId id) {}

    /** One patient, study, series or instance, with its main DICOM tags. */
    public Resource resource(Level level, OrthancId id) throws OrthancException {
        return http.read(http.get(level.path() + "/" + id), answer -> resource(level, answer));
    }

    /** All attributes of an instance except bulk data, in order. Patient data, never to be logged. */
    public List<Attribute> attributes(OrthancId instance) throws OrthancException {
        return http.read(http.get("instances/" + instance + "/tags"), Attribute::all);
    }

    /** What the server recorded about an instance: when it arrived, from which peer, in which transfer syntax. */
    public Map<String, String> metadata(OrthancId instance) throws OrthancException {
        return http.read(http.get("instances/" + instance + "/metadata?expand"), answer -> {
            Map<String, String> metadata = new TreeMap<>();
            answer.properties()
                    .forEach(entry ->
                            metadata.put(entry.getKey(), entry.getValue().asString("")));
            return metadata;
        });
    }

    /** Writes an image of an instance to {@code target} as PNG. Replaces an existing file. */
    public void preview(OrthancId instance, Path target) throws OrthancException {
        http.body(http.exchange(
                http.get("instances/" + instance + "/preview"), BodyHandlers.ofFile(target), LARGEST_PICTURE));
    }

    /** Whether the server has this instance. */
    public boolean holds(OrthancId instance) throws OrthancException {
        HttpResponse<byte[]> response = http.exchange(
                http.get("instances/" + instance + "/statistics"), BodyHandlers.ofByteArray(), SHORT_ANSWER);
        if (response.statusCode() == 404) {
            return false;
        }
        http.body(response);
        return true;
    }

    /** The size of an instance's DICOM file as received, before any compression by the server. */
    public DataSize dicomSize(OrthancId instance) throws OrthancException {
        return http.read(
                http.get("instances/" + instance + "/statistics"),
                answer -> new DataSize(
                        answer.required(answer.has("DicomUncompressedSize") ? "DicomUncompressedSize" : "DiskSize")
                                .asLong()));
    }

    /** The MD5 of an instance's DICOM file, in hex, as the server computed it when it stored the file. */
    public String md5(OrthancId instance) throws OrthancException {
        return new String(
                http.bytes(http.get("instances/" + instance + "/attachments/dicom/md5"), SHORT_ANSWER),
                StandardCharsets.US_ASCII);
    }

    /** As {@link #md5}; empty when the server computed none. */
    public Optional<String> recordedMd5(OrthancId instance) throws OrthancException {
        HttpResponse<byte[]> response = http.exchange(
                http.get("instances/" + instance + "/attachments/dicom/md5"), BodyHandlers.ofByteArray(), SHORT_ANSWER);
        if (response.statusCode() == 404 || response.statusCode() == 400) {
            return Optional.empty();
        }
        String md5 = new String(http.body(response), StandardCharsets.US_ASCII);
        return Optional.of(md5).filter(text -> !text.isEmpty());
    }

    /**
     * Makes the server read an instance's DICOM file and compare it with the MD5 that it recorded.
     *
     * @return false when the file has changed on its disk, or is gone
     */
    public boolean verifyMd5(OrthancId instance) throws OrthancException {
        HttpResponse<byte[]> response = http.exchange(
                http.post("instances/" + instance + "/attachments/dicom/verify-md5", ""),
                BodyHandlers.ofByteArray(),
                SHORT_ANSWER);
        if (response.statusCode() == 400) {
            return false;
        }
        http.body(response);
        return true;
    }

    /**
     * An instance's DICOM file as stored, as a stream, for files that are too large for memory. The whole file must be
     * read within the answer timeout; after it, the stream is closed, and reading throws.
     */
    public InputStream open(OrthancId instance) throws OrthancException {
        InputStream file = http.body(
                http.exchange(http.get("instances/" + instance + "/file"), BodyHandlers.ofInputStream(), LARGEST_FILE));
        return http.closedInTime(file);
    }

    private static List<Resource> resources(Level level, JsonNode answer) {
        return OrthancHttp.elements(answer).map(entry -> resource(level, entry)).toList();
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

    /** The answer for a study contains the tags of its patient in a separate field. */
    private static Map<String, String> tags(JsonNode entry) {
        Map<String, String> tags = new HashMap<>();
        for (String field : List.of("PatientMainDicomTags", "MainDicomTags")) {
            entry.path(field)
                    .properties()
                    .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString("")));
        }
        return tags;
    }
}
