package org.dicomgateway.cli.send;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.cli.send.FileScan.Found;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.FileTrouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Sends files by C-STORE, for whom there is no modality at hand. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends DICOM files to any node by C-STORE, as they are, over several associations at once.",
            "",
            "Folders are searched with all below; what is not DICOM (part 10) is skipped and counted. What the node could"
                    + " not take for the moment is sent again, later each time.",
            "",
            "@|yellow TARGET|@ is HOST:PORT, AETITLE@HOST:PORT, the name of a destination in routing.conf, which is called as the"
                    + " gateway calls it, or the word gateway for the gateway itself."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every DICOM file is stored there now",
            "1:one is not; standard error says which, and why",
            "2:wrong usage or configuration",
            "4:there is no DICOM file to send"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} gateway study/",
            "  ${COMMAND-FULL-NAME} ARCHIVE@pacs.example.org:104 --aet WORKSTATION1 -n 2 /media/cdrom",
            "  ${COMMAND-FULL-NAME} ARCHIVE@pacs.example.org:2762 --tls-trust ca.crt study/",
            "  ${COMMAND-FULL-NAME} orthanc1 study/ --left left.txt"
        })
public final class SendCommand implements Callable<Integer> {

    private static final Duration MAX_DELAY = Duration.ofSeconds(30);
    /** How long what came of it is waited for when a signal ends the process. */
    private static final Duration END_LIMIT = Duration.ofSeconds(40);

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Parameters(
            index = "0",
            paramLabel = "TARGET",
            completionCandidates = RunningNames.OfDestinationsOrGateway.class,
            description = "Whom to send to; see above.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private String target;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PATH",
            description = "Files and folders; @FILE stands for the lines of FILE.")
    private List<Path> paths = List.of();

    @Option(
            names = {"--aec", "--called-ae"},
            paramLabel = "TITLE",
            converter = OptionConverters.OfAeTitle.class,
            description = "AE title to call it by (default: that of TARGET, or ANY-SCP).")
    private @Nullable AeTitle called;

    @Option(
            names = {"--aet", "--calling-ae"},
            paramLabel = "TITLE",
            converter = OptionConverters.OfAeTitle.class,
            description = "AE title to call by (default: as the gateway calls a destination, otherwise SEND).")
    private @Nullable AeTitle calling;

    @Option(
            names = {"-n", "--associations"},
            paramLabel = "N",
            description = "Associations at once, at most (default: max-associations of a destination, otherwise 4).")
    private @Nullable Integer associations;

    @Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often to send a file again that was refused for the moment, and to call again in vain"
                    + " before all is given up (default: ${DEFAULT-VALUE}).")
    private int retries;

    @Option(
            names = "--retry-delay",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = OptionConverters.OfDuration.class,
            description = "Wait before the first of them; doubles each time, up to 30 s (default: ${DEFAULT-VALUE}).")
    private Duration retryDelay = Duration.ofSeconds(1);

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = OptionConverters.OfDuration.class,
            description = "For the answer to an instance (default: response-timeout of a destination, otherwise 60s).")
    private @Nullable Duration timeout;

    @Mixin
    private final SendTls tls = new SendTls();

    @Option(
            names = "--left",
            paramLabel = "FILE",
            description = "Where to list the files that are not stored, a line each; empty when all are.")
    private @Nullable Path left;

    @Option(names = "--json", description = "Write what came of it as JSON; no progress is shown.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing unless something fails.")
    private boolean quiet;

    @Override
    public Integer call() throws ConfigurationException, InterruptedException {
        if (retries < 0 || (associations != null && associations < 1)) {
            return misused("--retries is at least 0, --associations at least 1");
        }
        SendTarget to;
        try {
            to = target();
        } catch (IllegalArgumentException e) {
            return misused(e.getMessage());
        }
        Found found = FileScan.of(paths);
        if (found.files().isEmpty() && found.unreadable().isEmpty()) {
            return fail(
                    ExitCode.NOT_FOUND,
                    "no DICOM file there: " + found.notDicom() + " files of other kinds, " + found.dicomdirs()
                            + " DICOMDIR");
        }
        CountDownLatch told = new CountDownLatch(1);
        try {
            SendReport report = send(to, found, told);
            show(report);
            return report.isComplete() ? ExitCode.DONE : ExitCode.FAILED;
        } catch (IOException e) {
            return fail(ExitCode.FAILED, "cannot write " + left + ": " + FileTrouble.of(e));
        } finally {
            told.countDown();
        }
    }

    private SendTarget target() throws ConfigurationException {
        SendTarget to = SendTarget.of(target, configuration);
        to = called == null ? to : to.calledAs(called);
        to = calling == null ? to : to.callingAs(calling);
        to = timeout == null ? to : to.answeringWithin(timeout);
        Optional<ClientTls> secured = tls.settings();
        return secured.isPresent() ? to.securedBy(secured.get()) : to;
    }

    private SendReport send(SendTarget to, Found found, CountDownLatch told) throws InterruptedException {
        int atOnce = associations != null ? associations : to.maxAssociations().orElse(4);
        SendSettings settings =
                new SendSettings(to.peer(), to.calling(), atOnce, retries, retryDelay, max(retryDelay, MAX_DELAY));
        Progress progress = progress(found);
        SendTally tally = new SendTally(progress);
        Sender sender = new Sender(Requestor.of(to.requestor()), settings, tally);
        Thread onSignal = new Thread(() -> endInOrder(sender, told), "send-end");
        Runtime.getRuntime().addShutdownHook(onSignal);
        long begin = System.nanoTime();
        try {
            sender.send(found.files());
        } finally {
            removeHook(onSignal);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        progress.clear();
        return new SendReport(to.peer(), to.calling(), found, tally, took, sender.mostOpen());
    }

    /** At Ctrl-C or SIGTERM: what is being sent is finished, and what came of it is told before the process ends. */
    private static void endInOrder(Sender sender, CountDownLatch told) {
        sender.stop("stopped");
        try {
            told.await(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread onSignal) {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException e) {
            // It runs already, and waits for what is told.
        }
    }

    private Progress progress(Found found) {
        if (quiet || json) {
            return Progress.silent();
        }
        long bytes = found.files().stream().mapToLong(file -> file.bytes()).sum();
        boolean terminal = command.commandLine().getColorScheme().ansi().enabled();
        return new Progress(
                found.files().size(), bytes, command.commandLine().getOut(), terminal, InstantSource.system());
    }

    private void show(SendReport report) throws IOException {
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        if (json) {
            out.println(report.json(JsonMapper.shared()));
        } else if (!quiet) {
            report.lines().forEach(out::println);
        }
        out.flush();
        if (!json) {
            report.failures().forEach(err::println);
        }
        err.flush();
        if (left != null) {
            Files.write(left, report.left().stream().map(Path::toString).toList());
        }
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private int misused(@Nullable String message) {
        return fail(ExitCode.MISUSED, message);
    }

    private int fail(int exitCode, @Nullable String message) {
        PrintWriter err = command.commandLine().getErr();
        err.println(message);
        err.flush();
        return exitCode;
    }
}
