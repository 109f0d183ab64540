package org.dicomgateway.cli.operate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Resumes a destination, or receiving. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = "Sends again to a paused destination; in a cluster, on all gateways. resume receiver accepts"
                + " associations again, after a pause or a drain.",
        exitCodeList = {
            "0:it is resumed, or was not paused",
            "1:it could not be resumed, or not by all gateways of the cluster",
            "2:wrong usage or configuration, or there is no such destination",
            OperatorCommand.EXIT_UNREACHABLE
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME} orthanc2", "  ${COMMAND-FULL-NAME} receiver"})
public final class ResumeCommand extends OperatorCommand {

    @Parameters(
            paramLabel = "WHICH",
            description = "A destination, as routing.conf names it, or the word receiver.",
            completionCandidates = RunningNames.OfDestinationsOrReceiver.class,
            converter = NameConverter.class)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String which;

    @Option(
            names = "--gateway",
            paramLabel = "GATEWAY",
            description = "In a cluster: resume the destination on this gateway only.")
    private @Nullable String only;

    /** Receiving is that of one gateway. */
    @Override
    public void check() {
        if (only != null && which.equals(RunningNames.RECEIVER)) {
            throw misuse("receiving is resumed by the gateway that is asked: ask gateway " + only + " itself");
        }
    }

    private String path() {
        return which.equals(RunningNames.RECEIVER) ? "/api/receiver" : "/api/destinations/" + which;
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        String name = which.equals(RunningNames.RECEIVER) ? "receiving" : "destination " + which;
        try {
            if (which.equals(RunningNames.RECEIVER)) {
                print(gateway.post(path() + "/resume", Map.of()), List.of(name + " is resumed"));
                return ExitCode.DONE;
            }
            OrderText done = new OrderText();
            done.add(gateway.post(path() + "/resume", new Requests.Resume(Optional.ofNullable(only))));
            print(
                    done.json(),
                    done.lines(
                            done.isEmpty() && done.exitCode() == ExitCode.DONE
                                    ? name + " is not paused: nothing to do"
                                    : name + " is resumed"));
            return done.exitCode();
        } catch (RunningGatewayException e) {
            if (!e.isConflict()) {
                throw e;
            }
            print("{\"paused\":false}", List.of(name + " is not paused: nothing to do"));
        }
        return ExitCode.DONE;
    }
}
