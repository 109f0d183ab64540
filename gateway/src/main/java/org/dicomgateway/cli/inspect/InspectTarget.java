package org.dicomgateway.cli.inspect;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.orthanc.Login;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancConfiguration;
import org.dicomgateway.security.FileTrouble;
import org.jspecify.annotations.Nullable;

/** A server to ask, and the login for it. */
record InspectTarget(String name, URI url, Optional<Login> login) {

    private static final String DEFAULT = "orthanc";

    /** The servers with a configuration in {@code directory}; a given login replaces the one in the configuration. */
    static List<InspectTarget> configuredIn(Path directory, Map<String, String> environment, Optional<Login> given)
            throws IOException {
        return OrthancConfiguration.readAll(directory, environment).stream()
                .map(server -> new InspectTarget(
                        server.name(),
                        server.url(),
                        Optional.of(given.or(server::login).orElse(new Login(DEFAULT, DEFAULT)))))
                .toList();
    }

    /** The destinations with a REST interface; a given login replaces the one in their settings. */
    static List<InspectTarget> destinations(Collection<DestinationSettings> destinations, Optional<Login> given) {
        return destinations.stream()
                .flatMap(destination -> destination.rest().stream()
                        .map(rest -> new InspectTarget(
                                destination.name(),
                                rest.url(),
                                given.or(() -> rest.login().map(login -> new Login(login.user(), login.password()))))))
                .toList();
    }

    /** A client for this server. */
    OrthancClient client() {
        return new OrthancClient(
                url, login, OrthancClient.DEFAULT_CONNECT_TIMEOUT, OrthancClient.DEFAULT_ANSWER_TIMEOUT);
    }

    /** The servers named on the command line. */
    static List<InspectTarget> named(Map<String, URI> servers, Login login) {
        return servers.entrySet().stream()
                .map(server -> new InspectTarget(server.getKey(), server.getValue(), Optional.of(login)))
                .toList();
    }

    /** The login: from the options first, then from the environment, otherwise Orthanc's well-known default. */
    static Login login(@Nullable String user, @Nullable Path passwordFile, Map<String, String> environment)
            throws IOException {
        String name = user != null ? user : environment.getOrDefault("ORTHANC_USER", DEFAULT);
        String password =
                passwordFile != null ? passwordIn(passwordFile) : environment.getOrDefault("ORTHANC_PASSWORD", DEFAULT);
        return new Login(name, password);
    }

    private static String passwordIn(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new IOException("cannot read the password from " + file + " (" + FileTrouble.of(e) + ")", e);
        }
    }
}
