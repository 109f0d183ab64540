package org.dicomgateway.orthanc;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.dicom.values.Uid;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Queries a DICOMweb server (PS3.18): QIDO-RS and WADO-RS. It only reads. As with {@link OrthancClient}, every call
 * ends within its time limit, and no answer is read beyond a size limit. Safe for use by several threads.
 */
public final class DicomWebClient {

    private static final String JSON = "application/dicom+json";
    /** Any transfer syntax: the one that the server stores, so that it converts nothing (PS3.18 8.7.3.5.2). */
    private static final String AS_STORED = "multipart/related; type=\"application/dicom\"; transfer-syntax=*";

    private static final int PAGE = 1000;
    /** More than any series has. */
    private static final int MOST_MATCHES = 100_000;

    private static final DataSize LARGEST_FILE = DataSize.ofMebibytes(4200);

    private final OrthancHttp http;
    private final OrthancHttp files;

    /**
     * For the server at {@code base}, such as {@code https://pacs.example.org/dicom-web}.
     *
     * @param answerTimeout for one page of an answer
     * @param fileTimeout for one instance, to its last byte
     */
    public DicomWebClient(
            URI base, Optional<Login> login, Duration connectTimeout, Duration answerTimeout, Duration fileTimeout) {
        this(base, WebAccess.of(login, connectTimeout), answerTimeout, fileTimeout);
    }

    /** As the other constructor, for a server that is called in this way. */
    public DicomWebClient(URI base, WebAccess access, Duration answerTimeout, Duration fileTimeout) {
        this.http = new OrthancHttp(base, access, answerTimeout);
        this.files = new OrthancHttp(base, access, fileTimeout);
    }

    /** The series that the server has of a study (QIDO-RS, PS3.18 10.6). */
    public Set<Uid> series(Uid study) throws IOException {
        return list("studies/" + study + "/series", "0020000E");
    }

    /** The instances that the server has of a series. */
    public Set<Uid> instances(Uid study, Uid series) throws IOException {
        return list("studies/" + study + "/series/" + series + "/instances", "00080018");
    }

    private Set<Uid> list(String path, String tag) throws IOException {
        Set<Uid> listed = new LinkedHashSet<>();
        int known;
        int offset = 0;
        do {
            known = listed.size();
            offset += page(path + "?limit=" + PAGE + "&offset=" + offset, tag, listed);
            if (offset > MOST_MATCHES) {
                throw new IOException(http.base() + path + " has more than " + MOST_MATCHES + " matches");
            }
            // A server may make its pages smaller than it was asked, or know no pages and answer the same again.
        } while (listed.size() > known);
        return listed;
    }

    private int page(String path, String tag, Set<Uid> listed) throws IOException {
        HttpResponse<byte[]> response =
                http.exchange(http.get(path, JSON), BodyHandlers.ofByteArray(), OrthancHttp.LONGEST_ANSWER);
        int status = response.statusCode();
        if (status == HttpURLConnection.HTTP_NO_CONTENT) {
            return 0;
        }
        byte[] body = http.body(response);
        try {
            JsonNode matches = JsonMapper.shared().readTree(body);
            OrthancHttp.elements(matches)
                    .map(match -> match.path(tag).path("Value").path(0).asString(""))
                    .filter(Uid::isValid)
                    .forEach(uid -> listed.add(Uid.of(uid)));
            return matches.size();
        } catch (JacksonException | IllegalArgumentException e) {
            throw OrthancException.unreadable(response.uri(), e);
        }
    }

    /**
     * An instance as the server stores it, as a part-10 file (WADO-RS, PS3.18 10.4). All of it must be read within the
     * time limit; after it, the stream is closed, and reading throws. Reading also throws when the answer has more than
     * this file, or ends within it.
     */
    public InputStream open(Uid study, Uid series, Uid sopInstance) throws IOException {
        HttpResponse<InputStream> response = files.exchange(
                files.get("studies/" + study + "/series/" + series + "/instances/" + sopInstance, AS_STORED),
                BodyHandlers.ofInputStream(),
                LARGEST_FILE);
        InputStream body = files.closedInTime(response.body());
        try {
            files.body(response);
            return SinglePart.of(
                    body, response.headers().firstValue("Content-Type").orElse(""));
        } catch (IOException e) {
            body.close();
            throw e;
        }
    }

    /** The URL of the server, without the login. */
    public URI base() {
        return http.base();
    }
}
