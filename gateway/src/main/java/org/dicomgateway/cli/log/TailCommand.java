package org.dicomgateway.cli.log;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.observe.ForwardLog;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Shows the forward log. Reads the file: it works whether or not the gateway runs. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows the last lines of the forward log, or those that meet every condition given, and goes on with -f.",
            "",
            "Goes on in the next file when the log is rotated. Where the log is too short, those that it was rotated into"
                    + " are read, too, as far back as --since says, or a day."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {"0:shown", "1:there is no log, or it cannot be read", "2:wrong usage"},
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tail -f",
            "  tail -f --failed --destination orthanc2",
            "  tail --since 8h --failed",
            "  tail --since 2026-03-01T22:00 --study 1.2.840.113619.2.55 --json"
        })
public final class TailCommand implements Callable<Integer> {

    private static final Set<String> FAILED = Set.of(
            ForwardLog.Event.REFUSED.toString(),
            ForwardLog.Event.RETRY.toString(),
            ForwardLog.Event.PASSED_ON.toString(),
            ForwardLog.Event.PARKED.toString());
    private static final int POLL_MILLIS = 200;
    private static final int DEFAULT_LINES = 20;

    /** Where nobody says: what is too rare to be found within a day is not worth reading a month of logs for unasked. */
    private static final Duration LOOK_BACK = Duration.ofDays(1);

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written from now on, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description =
                    "How many of the lines that are there already (default: " + DEFAULT_LINES + "; with --since, all).")
    private @Nullable Integer count;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = OptionConverters.OfInstant.class,
            description =
                    "Only what is younger: 30m, 8h, 2d, or a time like 2026-03-01T22:00, here or with its offset.")
    private @Nullable Instant since;

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            split = ",",
            converter = OfEvent.class,
            description =
                    "Only these: received, held, refused, delivered, retry, passed-on, parked and what else it may tell.")
    private List<String> events = List.of();

    @Option(names = "--failed", description = "Only what did not work: refused, retry, passed-on, parked.")
    private boolean failed;

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            completionCandidates = RunningNames.OfDestinations.class,
            description = "Only of this destination.")
    private @Nullable String destination;

    @Option(
            names = "--route",
            paramLabel = "NAME",
            completionCandidates = RunningNames.OfRoutes.class,
            description = "Only by this route.")
    private @Nullable String route;

    @Option(
            names = "--study",
            paramLabel = "UID",
            description = "Only of this Study Instance UID, or one that begins so.")
    private @Nullable String study;

    @Option(names = "--instance", paramLabel = "UID", description = "Only of this SOP Instance UID.")
    private @Nullable String instance;

    @Option(names = "--calling-ae", paramLabel = "TITLE", description = "Only from this sender.")
    private @Nullable String calling;

    @Option(names = "--json", description = "Write each line as an object of JSON.")
    private boolean json;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description =
                    "The log (default: logs/forward.log in the gateway's folder of variable data, or forward.jsonl).")
    private @Nullable Path file;

    @Override
    public Integer call() throws InterruptedException {
        Path log = file != null ? file : log(folder());
        if (count != null && count < 0) {
            return fail(ExitCode.MISUSED, "--lines is at least 0");
        }
        try (LogTail tail = new LogTail(log)) {
            PrintWriter out = command.commandLine().getOut();
            List<Path> rotated =
                    RotatedLogs.of(log, since != null ? since : Instant.now().minus(LOOK_BACK));
            if (count == null && since != null) {
                all(rotated, tail);
            } else {
                last(count == null ? DEFAULT_LINES : count, rotated, tail).forEach(line -> print(LogLine.of(line)));
            }
            out.flush();
            while (follow && !out.checkError()) {
                Optional<String> next = tail.next();
                if (next.isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                } else {
                    next.map(LogLine::of).filter(this::isWanted).ifPresent(this::print);
                }
            }
            return ExitCode.DONE;
        } catch (NoSuchFileException e) {
            return fail(
                    ExitCode.FAILED,
                    "no " + log + ": the gateway has not run here yet, or with another GATEWAY_VAR;"
                            + " name the log with --file");
        } catch (IOException e) {
            return fail(ExitCode.FAILED, "cannot read " + log + ": " + e.getMessage());
        }
    }

    /** As conf/logback.xml has it. */
    private static Path folder() {
        String logs = System.getProperty("gateway.logs");
        return logs != null ? Path.of(logs) : ConfigurationFile.home().resolve("var/logs");
    }

    /** Text, unless the gateway was told to write JSON alone. */
    private static Path log(Path folder) {
        Path text = folder.resolve("forward.log");
        Path json = folder.resolve("forward.jsonl");
        return Files.exists(json) && !Files.exists(text) ? json : text;
    }

    /** Shows what is wanted, from the oldest to what is there now. */
    private void all(List<Path> rotated, LogTail tail) throws IOException {
        for (Path each : rotated) {
            if (command.commandLine().getOut().checkError()) {
                return; // nobody reads any more, as behind "| head"
            }
            read(
                    each,
                    line -> Optional.of(LogLine.of(line)).filter(this::isWanted).ifPresent(this::print));
        }
        for (Optional<String> next = tail.next(); next.isPresent(); next = tail.next()) {
            next.map(LogLine::of).filter(this::isWanted).ifPresent(this::print);
        }
    }

    /** The last so many that are wanted: from the log, and as long as these are too few, from the youngest before it. */
    private Deque<String> last(int wanted, List<Path> rotated, LogTail tail) throws IOException {
        Deque<String> last = new ArrayDeque<>();
        for (Optional<String> next = tail.next(); next.isPresent(); next = tail.next()) {
            keep(next.get(), last, wanted);
        }
        for (int i = rotated.size() - 1; i >= 0 && last.size() < wanted; i--) {
            int missing = wanted - last.size();
            Deque<String> before = new ArrayDeque<>();
            read(rotated.get(i), line -> keep(line, before, missing));
            before.descendingIterator().forEachRemaining(last::addFirst);
        }
        return last;
    }

    private void keep(String line, Deque<String> last, int most) {
        if (isWanted(LogLine.of(line))) {
            last.add(line);
            if (last.size() > most) {
                last.remove();
            }
        }
    }

    /** One that is damaged, or is being compressed just now, does not keep the others from being shown. */
    private void read(Path rotated, Consumer<String> line) {
        try {
            RotatedLogs.read(rotated, line);
        } catch (IOException e) {
            PrintWriter err = command.commandLine().getErr();
            err.println("cannot read " + rotated + " to its end: " + e.getMessage());
            err.flush();
        }
    }

    private boolean isWanted(LogLine line) {
        Set<String> wanted = new HashSet<>(events);
        if (failed) {
            wanted.addAll(FAILED);
        }
        return (wanted.isEmpty() || wanted.contains(line.field(LogLine.EVENT)))
                && is(destination, line, "destination")
                && is(route, line, "route")
                && is(instance, line, "sop")
                && is(calling, line, "calling")
                && (study == null || line.field("study").startsWith(study))
                && (since == null
                        || line.time().filter(time -> !time.isBefore(since)).isPresent());
    }

    private static boolean is(@Nullable String wanted, LogLine line, String key) {
        return wanted == null || wanted.equals(line.field(key));
    }

    private void print(LogLine line) {
        command.commandLine().getOut().println(json ? line.asJson() : coloured(line));
    }

    private String coloured(LogLine line) {
        Ansi ansi = command.commandLine().getColorScheme().ansi();
        String event = line.field(LogLine.EVENT);
        if (!ansi.enabled() || event.isEmpty()) {
            return line.text();
        }
        String colour = switch (event) {
            case "delivered" -> "32";
            case "received" -> "36";
            case "retry", "passed-on", "held" -> "33";
            case "refused", "parked" -> "1;31";
            default -> "35";
        };
        return "\033[" + colour + "m" + line.text() + "\033[0m";
    }

    private int fail(int exitCode, String message) {
        PrintWriter err = command.commandLine().getErr();
        err.println(message);
        err.flush();
        return exitCode;
    }

    private static final class OfEvent implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            List<String> known = Arrays.stream(ForwardLog.Event.values())
                    .map(ForwardLog.Event::toString)
                    .toList();
            if (!known.contains(text)) {
                throw new TypeConversionException("'" + text + "' is none of " + String.join(", ", known));
            }
            return text;
        }
    }
}
