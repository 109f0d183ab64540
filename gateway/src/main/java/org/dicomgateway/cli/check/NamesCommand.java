package org.dicomgateway.cli.check;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorToken;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.AdminSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Prints names that the running gateway knows, one per line, for completion in a shell. It answers at once or not at
 * all, and never explains why: a message would appear in the middle of the user's command line.
 */
@Command(
        name = "names",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Prints names that the running gateway knows, for the shell's completion.",
        exitCodeList = {"0:printed", "1:the gateway could not be asked"},
        exitCodeListHeading = "Exit codes:%n")
public final class NamesCommand implements Callable<Integer> {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Parameters(paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
    @SuppressWarnings("NullAway.Init") // by picocli
    private RunningNames.Kind kind;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Override
    public Integer call() {
        try {
            AdminSettings settings = Configuration.load(configuration.path()).admin();
            if (!settings.enabled() || settings.address().getPort() == 0) {
                return ExitCode.FAILED;
            }
            RunningGateway gateway =
                    new RunningGateway(settings, OperatorToken.fromEnvironment(System.getenv()), LIMIT);
            PrintWriter out = command.commandLine().getOut();
            JsonNode answer = Json.readAnswer(gateway.get("/api/" + kind), JsonNode.class);
            (kind == RunningNames.Kind.routes ? answer.path("routes") : answer)
                    .valueStream()
                    .map(each -> each.path("name").asString(""))
                    // The shell expands these words: an answer from another program must not run a command.
                    .filter(NameConverter::isName)
                    .forEach(out::println);
            out.flush();
            return ExitCode.DONE;
        } catch (ConfigurationException | RunningGatewayException | JacksonException e) {
            return ExitCode.FAILED;
        }
    }
}
