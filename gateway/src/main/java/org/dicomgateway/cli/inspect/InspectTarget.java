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
import org.jspecify.annotations.Nullable;

/** A server to ask, and how to log in. */
record InspectTarget(String name, URI url, Optional<Login> login) {

    private static final String DEFAULT = "orthanc";

    /** The servers that have a configuration in {@code directory}, with the login that stands there unless given. */
    static List<InspectTarget> configuredIn(Path directory, Map<String, String> environment, Optional<Login> given)
            throws IOException {
        return OrthancConfiguration.readAll(directory, environment).stream()
                .map(server -> new InspectTarget(
                        server.name(),
                        server.url(),
                        Optional.of(given.or(server::login).orElse(new Login(DEFAULT, DEFAULT)))))
                .toList();
    }

    /** The destinations that have a REST interface, with the login that stands there unless given. */
    static List<InspectTarget> destinations(Collection<DestinationSettings> destinations, Optional<Login> given) {
        return destinations.stream()
                .flatMap(destination -> destination.rest().stream()
                        .map(rest -> new InspectTarget(
                                destination.name(),
                                rest.url(),
                                given.or(() -> rest.login().map(login -> new Login(login.user(), login.password()))))))
                .toList();
    }

    /** A client for it. */
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

    /** A login from what was given: the options first, then the environment, then Orthanc's well-known default. */
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
            throw new IOException(
                    "cannot read the password from " + file + " ("
                            + e.getClass().getSimpleName() + ")",
                    e);
        }
    }
}
