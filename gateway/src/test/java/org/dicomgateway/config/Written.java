package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.RoutingSettings;

/** A folder of configuration files, written by a test. */
public final class Written {

    /** Three destinations, one in a line, for routes to name. */
    public static final String DESTINATIONS = """
            destinations {
              orthanc1 { ae-title = ORTHANC1, host = localhost, port = 1 }
              orthanc2 { ae-title = ORTHANC2, host = localhost, port = 2 }
              orthanc3 { ae-title = ORTHANC3, host = localhost, port = 3 }
            }
            """;

    private final Path folder;

    public Written(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    public Path file(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file that only its owner can read. */
    public Path secret(String name, String text) {
        try {
            return Files.setPosixFilePermissions(file(name, text), PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public GatewaySettings gateway(String text) throws ConfigurationException {
        return Configuration.load(file("gateway.conf", text));
    }

    public RoutingSettings routing(String text) throws ConfigurationException {
        return Configuration.loadRouting(file("routing.conf", text));
    }

    /** One route with this {@code match} block, and its condition. */
    public Condition condition(String match) throws ConfigurationException {
        return routing(DESTINATIONS + "routes = [ { name = r, to = orthanc1, match {\n" + match + "\n} } ]")
                .routes()
                .get(0)
                .match();
    }

    List<Problem> problemsOfGateway(String text) {
        return problems(() -> gateway(text));
    }

    List<Problem> problemsOfRouting(String text) {
        return problems(() -> routing(text));
    }

    public List<Problem> problemsOfCondition(String match) {
        return problems(() -> condition(match));
    }

    /** What is wrong; nothing is a failure of the test. */
    public static List<Problem> problems(ThrowingCallable loading) {
        return catchThrowableOfType(ConfigurationException.class, loading).problems();
    }

    /** A problem as {@code name of the file:line key}. */
    public static String place(Problem problem) {
        return problem.file().getFileName() + ":" + problem.line() + " " + problem.key();
    }
}
