package org.dicomgateway.cli.common;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.security.FileTrouble;

/**
 * The token by which the commands authenticate to a running gateway. It comes from the environment or from a file,
 * never from an argument, which every user of the machine could read.
 */
public final class OperatorToken {

    private static final String VARIABLE = "GATEWAY_TOKEN";
    private static final String FILE_VARIABLE = "GATEWAY_TOKEN_FILE";

    private OperatorToken() {}

    /** The token from these variables, or from the file that they name; empty when there is none. */
    public static Optional<String> fromEnvironment(Map<String, String> environment) throws RunningGatewayException {
        Optional<String> token = value(environment, VARIABLE);
        Optional<String> file = value(environment, FILE_VARIABLE);
        if (token.isPresent() || file.isEmpty()) {
            return token;
        }
        try {
            return Optional.of(Files.readString(Path.of(file.get())).strip()).filter(text -> !text.isEmpty());
        } catch (IOException e) {
            throw new RunningGatewayException(
                    FILE_VARIABLE + " cannot be read: " + file.get() + " (" + FileTrouble.of(e) + ")",
                    ExitCode.MISUSED,
                    e);
        }
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }
}
