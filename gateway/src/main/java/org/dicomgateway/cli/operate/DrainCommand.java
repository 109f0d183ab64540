package org.dicomgateway.cli.operate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.server.Answers;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.ProgramName;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.dicom.values.Text;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drains the gateway, before it is stopped for good or moves. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description = {
            "Takes nothing more in, and delivers what is there. New associations are refused as a transient condition;"
                    + " an instance that is being received is finished, further ones on open associations are refused"
                    + " with 0xA700. The gateway is no longer ready.",
            "",
            "It lasts until resume receiver, or until the gateway is started again."
        },
        exitCodeList = {
            "0:nothing is left; without --wait, the drain has begun",
            "1:it could not be drained, or receives again meanwhile",
            "2:wrong usage or configuration",
            OperatorCommand.EXIT_UNREACHABLE,
            "5:something is left: the output says what, for which destination, and why"
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} --wait --timeout 5m --reason 'moves to the new server'",
            "  ${COMMAND-FULL-NAME}"
        })
public final class DrainCommand extends OperatorCommand {

    private static final Duration FIRST_LOOK = Duration.ofMillis(100);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    private static final int MAX_REASON = 120;
    private static final String PATH = "/api/receiver/drain";

    @Option(
            names = {"-w", "--wait"},
            description = "Wait until nothing is pending.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = OptionConverters.OfDuration.class,
            description = "Only with --wait: wait no longer than this, such as 90s or 5m. Otherwise without an end.")
    private @Nullable Duration timeout;

    @Option(
            names = {"-r", "--reason"},
            paramLabel = "TEXT",
            description = "For other operators: who, why, until when.")
    private @Nullable String reason;

    @Override
    public void check() {
        if (timeout != null && !wait) {
            throw misuse("--timeout is only possible with --wait");
        }
    }

    @Override
    public int run(RunningGateway gateway) throws RunningGatewayException {
        long begun = System.nanoTime();
        String answer = gateway.post(PATH, new Requests.Pause(Optional.ofNullable(reason)));
        Answers.Drain drain = Json.readAnswer(answer, Answers.Drain.class);
        Duration pause = FIRST_LOOK;
        Instant told = Instant.now();
        while (wait && drain.draining() && !drain.done() && !isLate(begun) && hasSlept(pause)) {
            pause = pause.multipliedBy(2).compareTo(BETWEEN_LOOKS) < 0 ? pause.multipliedBy(2) : BETWEEN_LOOKS;
            answer = gateway.get(PATH);
            drain = Json.readAnswer(answer, Answers.Drain.class);
            if (!isJson() && !drain.done() && !Instant.now().isBefore(told.plus(BETWEEN_LINES))) {
                told = Instant.now();
                out().println("waiting: " + Counted.deliveries(pending(drain), "waits", "wait"));
                out().flush();
            }
        }
        print(answer, lines(drain));
        if (!drain.draining()) {
            return ExitCode.FAILED;
        }
        return !wait || isEmpty(drain) ? ExitCode.DONE : ExitCode.LEFT;
    }

    private boolean isLate(long begun) {
        return timeout != null && System.nanoTime() - begun >= timeout.toNanos();
    }

    /** False when interrupted: the drain goes on without this command. */
    private static boolean hasSlept(Duration pause) {
        try {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static long pending(Answers.Drain drain) {
        return drain.unassigned()
                + drain.left().stream()
                        .mapToLong(each -> each.waiting().instances())
                        .sum();
    }

    private static boolean isEmpty(Answers.Drain drain) {
        return drain.done() && drain.left().isEmpty() && drain.unrouted() == 0;
    }

    private static List<String> lines(Answers.Drain drain) {
        String again = "; to receive again: " + ProgramName.get() + " resume receiver";
        if (!drain.draining()) {
            return List.of("not drained: the gateway receives again; somebody resumed it, or it was started again");
        }
        if (isEmpty(drain)) {
            return List.of("drained: nothing is left" + again);
        }
        List<String> lines = new ArrayList<>();
        lines.add((drain.done() ? "drained: nothing is pending" : "draining: nothing more is taken in") + again);
        if (drain.receiving() > 0) {
            lines.add("receiving: " + Counted.instances(drain.receiving()) + " under way");
        }
        if (!drain.left().isEmpty()) {
            TextTable table = new TextTable("left for", "state", "pending", "parked", "held", "why");
            drain.left().forEach(each -> table.row(row(each)));
            lines.addAll(table.lines());
        }
        if (drain.unassigned() > 0) {
            lines.add("left: " + Counted.of(drain.unassigned(), "delivery", "deliveries")
                    + ", none of their destinations can be used");
        }
        if (drain.unrouted() > 0) {
            lines.add("left: " + Counted.instances(drain.unrouted()) + ", no route applies");
        }
        return lines;
    }

    private static String[] row(DestinationView destination) {
        return new String[] {
            destination.name(),
            destination.state(),
            Long.toString(destination.waiting().instances()),
            Long.toString(destination.parked()),
            Long.toString(destination.held()),
            Text.printable(
                    destination.why().isEmpty()
                            ? destination
                                    .lastError()
                                    .map(DestinationView.LastError::reason)
                                    .orElse("")
                            : destination.why(),
                    MAX_REASON)
        };
    }
}
