package org.dicomgateway.cli.common;

import java.nio.file.Path;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of every command that needs the configuration. */
public final class ConfigurationFile {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "gateway.conf; otherwise $$GATEWAY_CONFIG, or conf/gateway.conf of the installation")
    private @Nullable Path file;

    /** The file that is meant. */
    public Path path() {
        if (file != null) {
            return file.toAbsolutePath().normalize();
        }
        String fromEnvironment = System.getenv("GATEWAY_CONFIG");
        return fromEnvironment != null && !fromEnvironment.isBlank()
                ? Path.of(fromEnvironment).toAbsolutePath().normalize()
                : home().resolve("conf/gateway.conf");
    }

    /** Where the gateway is installed: the launcher says so, or else it is the folder we are in. */
    public static Path home() {
        return Path.of(System.getProperty("gateway.home", "")).toAbsolutePath().normalize();
    }

    /** Both files, without a problem. */
    public Configuration.Loaded load() throws ConfigurationException {
        return Configuration.loadAll(path());
    }
}
