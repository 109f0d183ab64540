package org.dicomgateway.cli.inspect;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.orthanc.Login;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that select the Orthanc servers to ask, and the login. */
final class InspectServers {

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(
            names = "--server",
            paramLabel = "NAME=URL",
            description = "A server to ask instead of the configured ones; may be given several times.")
    private Map<String, URI> servers = new LinkedHashMap<>();

    @Option(
            names = "--orthanc-dir",
            paramLabel = "DIR",
            description = "Ask the servers whose JSON configurations are in this folder.")
    private @Nullable Path orthancDirectory;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Login (default: ORTHANC_USER, or what is configured).")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "File with the password (default: ORTHANC_PASSWORD, or what is configured).")
    private @Nullable Path passwordFile;

    /**
     * The servers to ask. The first of these that gives any: the servers that are named; the folder that is named; the
     * destinations with a {@code rest} interface in routing.conf; the folder {@code orthanc} of the installation. A
     * named folder is the only source besides named servers.
     *
     * @throws IOException with a message for the user when there is none
     */
    List<InspectTarget> targets() throws IOException, ConfigurationException {
        Map<String, String> environment = System.getenv();
        if (!servers.isEmpty()) {
            return InspectTarget.named(servers, InspectTarget.login(user, passwordFile, environment));
        }
        Optional<Login> given = user != null || passwordFile != null
                ? Optional.of(InspectTarget.login(user, passwordFile, environment))
                : Optional.empty();
        if (orthancDirectory == null && Files.exists(configuration.path())) {
            List<InspectTarget> routed = InspectTarget.destinations(
                    configuration.load().routing().destinations().values(), given);
            if (!routed.isEmpty()) {
                return routed;
            }
        }
        return inFolder(
                orthancDirectory != null
                        ? orthancDirectory
                        : ConfigurationFile.home().resolve("orthanc"),
                environment,
                given);
    }

    private static List<InspectTarget> inFolder(Path folder, Map<String, String> environment, Optional<Login> given)
            throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "no destination of routing.conf has a rest interface, and there is no folder " + folder
                            + " with Orthanc configurations: name that with --orthanc-dir, or the servers with"
                            + " --server NAME=URL");
        }
        List<InspectTarget> targets = InspectTarget.configuredIn(folder, environment, given);
        if (targets.isEmpty()) {
            throw new IOException("no *.json in " + folder + ": name the servers with --server NAME=URL");
        }
        return targets;
    }
}
