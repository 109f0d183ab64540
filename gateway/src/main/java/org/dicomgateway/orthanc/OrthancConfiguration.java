package org.dicomgateway.orthanc;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The parts of a server's own JSON configuration that are needed to connect to it. Read as Orthanc reads it: with
 * comments, and with <code>${NAME:-default}</code> replaced from the environment before parsing. Quotes and
 * backslashes from the environment are escaped, as {@code scripts/orthanc.sh} does for Orthanc.
 *
 * @param name the server's {@code Name}
 * @param login the first of its {@code RegisteredUsers}; empty when the server needs no login
 */
public record OrthancConfiguration(String name, AeTitle aeTitle, int dicomPort, int httpPort, Optional<Login> login) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^{}:]+)(?::-([^{}]*))?}");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    /** Reads every {@code *.json} in {@code directory}, sorted by file name. */
    public static List<OrthancConfiguration> readAll(Path directory, Map<String, String> environment)
            throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<OrthancConfiguration> all = new ArrayList<>();
            for (Path file : files.filter(f -> f.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                all.add(read(file, environment));
            }
            return all;
        }
    }

    /**
     * Reads one file.
     *
     * @throws IOException when it cannot be read or is not an Orthanc configuration; the message names the file
     */
    public static OrthancConfiguration read(Path file, Map<String, String> environment) throws IOException {
        try {
            return of(JSON.readTree(substitute(Files.readString(file), environment)));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException(file + " is not an Orthanc configuration: " + e.getMessage(), e);
        }
    }

    private static OrthancConfiguration of(JsonNode root) {
        return new OrthancConfiguration(
                root.path("Name").asString("MyOrthanc"),
                AeTitle.of(root.path("DicomAet").asString("ORTHANC")),
                root.path("DicomPort").asInt(4242),
                root.path("HttpPort").asInt(8042),
                root.path("RegisteredUsers").properties().stream()
                        .findFirst()
                        .map(user -> new Login(user.getKey(), user.getValue().asString(""))));
    }

    private static String substitute(String text, Map<String, String> environment) {
        return VARIABLE.matcher(text).replaceAll(variable -> {
            String value = environment.get(variable.group(1));
            String otherwise = variable.group(2) == null ? "" : variable.group(2);
            return Matcher.quoteReplacement(value == null ? otherwise : escape(value));
        });
    }

    private static String escape(String value) {
        String quoted = JSON.writeValueAsString(value);
        return quoted.substring(1, quoted.length() - 1);
    }

    /** The URL of the server's REST API, on this machine. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + httpPort + "/");
    }
}
