package org.dicomgateway.cli.operate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the status of the gateway. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Shows the status of the running gateway, its rules, its certificates and its destinations, and the"
                        + " senders of the last hour.",
        exitCodeList = {
            "0:nothing is wrong",
            "1:something is wrong: the lines before receiving say what",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}", "  ${COMMAND-FULL-NAME} --watch 5"})
public final class StatusCommand extends OperatorCommand {

    private static final String CLEAR_SCREEN = "\033[H\033[2J";

    @Option(
            names = {"-w", "--watch"},
            arity = "0..1",
            paramLabel = "TIME",
            fallbackValue = "2s",
            converter = OptionConverters.OfDuration.class,
            description = "Repeat until Ctrl-C, every ${FALLBACK-VALUE} unless TIME is given; 5 means 5s.")
    private @Nullable Duration watch;

    private final InstantSource clock;

    /** Uses the clock of the machine. */
    public StatusCommand() {
        this(InstantSource.system());
    }

    public StatusCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        if (watch == null) {
            return show(gateway);
        }
        try {
            while (!out().checkError()) {
                if (isTerminal() && !isJson()) {
                    out().print(CLEAR_SCREEN);
                }
                show(gateway);
                out().println();
                out().flush();
                TimeUnit.MILLISECONDS.sleep(watch.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.DONE;
    }

    private int show(RunningGateway gateway) throws RunningGatewayException {
        String answer = gateway.get("/api/status");
        String lanes = gateway.get("/api/destinations");
        StatusView status = Json.readAnswer(answer, StatusView.class);
        Instant now = clock.instant();
        List<DestinationView> destinations = Arrays.asList(Json.readAnswer(lanes, DestinationView[].class));
        StatusText text = new StatusText(status, destinations, now);
        print("{\"status\":" + answer + ",\"destinations\":" + lanes + "}", text.lines());
        return text.isWell() ? ExitCode.DONE : ExitCode.FAILED;
    }
}
