package org.dicomgateway.cli.common;

import java.nio.file.Path;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for the configuration, common to all commands that need it. */
public final class ConfigurationFile {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "gateway.conf; otherwise $$GATEWAY_CONFIG, or conf/gateway.conf of the installation")
    private @Nullable Path file;

    /** The configuration file to use. */
    public Path path() {
        if (file != null) {
            return file.toAbsolutePath().normalize();
        }
        String fromEnvironment = System.getenv("GATEWAY_CONFIG");
        return fromEnvironment != null && !fromEnvironment.isBlank()
                ? Path.of(fromEnvironment).toAbsolutePath().normalize()
                : home().resolve("conf/gateway.conf");
    }

    /** The folder of the installation: the launcher sets it; otherwise it is the current folder. */
    public static Path home() {
        return Path.of(System.getProperty("gateway.home", "")).toAbsolutePath().normalize();
    }

    /** Loads both files, which must have no problem. */
    public Configuration.Loaded load() throws ConfigurationException {
        return Configuration.loadAll(path());
    }
}
