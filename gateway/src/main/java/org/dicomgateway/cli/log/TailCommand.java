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
import java.util.Collection;
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
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.cli.common.Studies;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.security.FileTrouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Shows the forward log. It reads the file, so it works whether or not the gateway runs. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows the last lines of the forward log, or the last lines that meet all conditions. Continues with -f.",
            "",
            "When the log is rotated, it continues in the new file. When the log has too few lines, it also reads the"
                    + " rotated files, as far back as --since says, or one day."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:shown, also when no line meets the conditions",
            "1:there is no log, or it cannot be read",
            "2:wrong usage or configuration, or nothing has the name of --destination or --route",
            "3:--accession, and no gateway answers, or it does not allow this",
            "4:no study has the Accession Number"
        },
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} -f",
            "  ${COMMAND-FULL-NAME} -f --failed --destination orthanc2",
            "  ${COMMAND-FULL-NAME} --since 8h --failed",
            "  ${COMMAND-FULL-NAME} --since 2026-03-01T22:00 --study 1.2.840.113619.2.55 --json"
        })
public final class TailCommand implements Callable<Integer> {

    private static final Set<String> FAILED = Set.of(
            ForwardLog.Event.REFUSED.toString(),
            ForwardLog.Event.REJECTED.toString(),
            ForwardLog.Event.RETRY.toString(),
            ForwardLog.Event.PASSED_ON.toString(),
            ForwardLog.Event.PARKED.toString());
    private static final int POLL_MILLIS = 200;
    private static final int DEFAULT_LINES = 20;
    private static final int MAX_NAME = 64;

    /** Without --since: what does not occur within a day is not worth reading a month of logs for. */
    private static final Duration LOOK_BACK = Duration.ofDays(1);

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(
            names = {"-f", "--follow"},
            description = "Continue with new lines, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "How many existing lines to show (default: " + DEFAULT_LINES + "; with --since, all).")
    private @Nullable Integer count;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = OptionConverters.OfInstant.class,
            description =
                    "Only since then: 30m, 8h or 2d ago, or a time like 2026-03-01T22:00, local or with an offset.")
    private @Nullable Instant since;

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            split = ",",
            converter = OfEvent.class,
            description =
                    "Only these events: received, held, refused, rejected, delivered, retry, passed-on, parked and"
                            + " others.")
    private List<String> events = List.of();

    @Option(names = "--failed", description = "Only failures: refused, rejected, retry, passed-on, parked.")
    private boolean failed;

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            completionCandidates = RunningNames.OfDestinations.class,
            description = "Only for this destination.")
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
            converter = OptionConverters.OfUid.class,
            description = "Only this Study Instance UID, or UIDs that begin with it.")
    private @Nullable String study;

    @Option(
            names = "--accession",
            paramLabel = "NUMBER",
            description = "Only of this Accession Number: the running gateway is asked for its studies.")
    private @Nullable String accession;

    @Option(
            names = "--instance",
            paramLabel = "UID",
            converter = OptionConverters.OfUid.class,
            description = "Only of this SOP Instance UID.")
    private @Nullable String instance;

    @Option(
            names = "--calling-ae",
            paramLabel = "TITLE",
            converter = OptionConverters.OfAeTitle.class,
            description = "Only from this sender.")
    private @Nullable AeTitle calling;

    @Option(names = "--json", description = "Write each line as a JSON object.")
    private boolean json;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description =
                    "The log (default: logs/forward.log in the gateway's folder of variable data, or forward.jsonl).")
    private @Nullable Path file;

    /** The studies with the Accession Number. The log itself has no patient data. */
    private Set<String> studies = Set.of();

    private boolean shown;

    @Override
    public Integer call() throws InterruptedException, ConfigurationException {
        Path log = file != null ? file : log(folder());
        if (count != null && count < 0) {
            return fail(ExitCode.MISUSED, "--lines must be at least 0");
        }
        try {
            if (accession != null) {
                studies = Set.copyOf(Studies.of(RunningGateway.of(configuration), accession, Optional.empty()));
            }
        } catch (RunningGatewayException e) {
            return fail(e.exitCode(), String.valueOf(e.getMessage()));
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
            Optional<String> unknown = shown ? Optional.empty() : unknownName();
            if (unknown.isPresent()) {
                return fail(ExitCode.MISUSED, unknown.get());
            }
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
                    "no " + log + ": the gateway has not run here yet, or it ran with another GATEWAY_VAR;"
                            + " name the log with --file");
        } catch (IOException e) {
            return fail(ExitCode.FAILED, "cannot read " + log + ": " + FileTrouble.of(e));
        }
    }

    /** The folder of the logs, as in conf/logback.xml. */
    private static Path folder() {
        String logs = System.getProperty("gateway.logs");
        return logs != null ? Path.of(logs) : ConfigurationFile.home().resolve("var/logs");
    }

    /** The text log, unless only the JSON log exists. */
    private static Path log(Path folder) {
        Path text = folder.resolve("forward.log");
        Path json = folder.resolve("forward.jsonl");
        return Files.exists(json) && !Files.exists(text) ? json : text;
    }

    /** Shows all matching lines, from the oldest to the present end of the log. */
    private void all(List<Path> rotated, LogTail tail) throws IOException {
        for (Path each : rotated) {
            if (command.commandLine().getOut().checkError()) {
                return; // the reader has ended, as with "| head"
            }
            read(
                    each,
                    line -> Optional.of(LogLine.of(line)).filter(this::isWanted).ifPresent(this::print));
        }
        for (Optional<String> next = tail.next(); next.isPresent(); next = tail.next()) {
            next.map(LogLine::of).filter(this::isWanted).ifPresent(this::print);
        }
    }

    /** The last matching lines: from the log and, while there are too few, from the newest rotated files. */
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

    /** Reads a rotated file. One that is damaged, or is being compressed, does not stop the output of the others. */
    private void read(Path rotated, Consumer<String> line) {
        try {
            RotatedLogs.read(rotated, line);
        } catch (IOException e) {
            PrintWriter err = command.commandLine().getErr();
            err.println("cannot read " + rotated + " to its end: " + FileTrouble.of(e));
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
                && (calling == null || is(calling.value(), line, "calling"))
                && (study == null || line.field("study").startsWith(study))
                && (accession == null || studies.contains(line.field("study")))
                && (since == null
                        || line.time().filter(time -> !time.isBefore(since)).isPresent());
    }

    private static boolean is(@Nullable String wanted, LogLine line, String key) {
        return wanted == null || wanted.equals(line.field(key));
    }

    /**
     * Says when nothing can ever be shown, because a name is misspelled. A name that only lines have, of a destination
     * that the rules no longer name, is known. Without a configuration that can be read, every name is.
     */
    private Optional<String> unknownName() {
        try {
            if (destination == null && route == null) {
                return Optional.empty();
            }
            RoutingSettings rules = configuration.load().routing();
            List<String> routes =
                    rules.routes().stream().map(RouteSettings::name).toList();
            return unknown("destination", destination, rules.destinations().keySet())
                    .or(() -> unknown("route", route, routes));
        } catch (ConfigurationException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> unknown(String what, @Nullable String name, Collection<String> known) {
        return name == null || known.contains(name)
                ? Optional.empty()
                : Optional.of("no such " + what + ": " + Text.printable(name, MAX_NAME) + "; there are "
                        + String.join(", ", known));
    }

    private void print(LogLine line) {
        shown = true;
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
            case "refused", "rejected", "parked" -> "1;31";
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
                throw new TypeConversionException("'" + text + "' is not one of " + String.join(", ", known));
            }
            return text;
        }
    }
}
