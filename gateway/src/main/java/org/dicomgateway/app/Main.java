package org.dicomgateway.app;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dicomgateway.cli.check.CheckCommand;
import org.dicomgateway.cli.check.CompletionCommand;
import org.dicomgateway.cli.check.ConformanceCommand;
import org.dicomgateway.cli.check.ExplainCommand;
import org.dicomgateway.cli.check.GenerateCommand;
import org.dicomgateway.cli.check.HashPasswordCommand;
import org.dicomgateway.cli.check.NamesCommand;
import org.dicomgateway.cli.check.ReidentifyCommand;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.ProgramName;
import org.dicomgateway.cli.common.ProgramVersion;
import org.dicomgateway.cli.inspect.ExportCommand;
import org.dicomgateway.cli.inspect.InspectCommand;
import org.dicomgateway.cli.log.TailCommand;
import org.dicomgateway.cli.operate.CommitmentsCommand;
import org.dicomgateway.cli.operate.DestinationsCommand;
import org.dicomgateway.cli.operate.DiscardCommand;
import org.dicomgateway.cli.operate.DrainCommand;
import org.dicomgateway.cli.operate.EventsCommand;
import org.dicomgateway.cli.operate.ParkedCommand;
import org.dicomgateway.cli.operate.PauseCommand;
import org.dicomgateway.cli.operate.ReloadCommand;
import org.dicomgateway.cli.operate.RerouteCommand;
import org.dicomgateway.cli.operate.ResumeCommand;
import org.dicomgateway.cli.operate.RetryCommand;
import org.dicomgateway.cli.operate.RulesCommand;
import org.dicomgateway.cli.operate.SetAsideCommand;
import org.dicomgateway.cli.operate.StatusCommand;
import org.dicomgateway.cli.operate.TraceCommand;
import org.dicomgateway.cli.operate.VerifyCommand;
import org.dicomgateway.cli.send.DeidentifyCommand;
import org.dicomgateway.cli.send.EchoCommand;
import org.dicomgateway.cli.send.SendCommand;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.security.FileTrouble;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
        name = "gateway",
        description = "A store-and-forward DICOM proxy between modalities and archives.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {

    /** In the order in which {@code --help} lists them. */
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            CheckCommand.class,
            ConformanceCommand.class,
            EchoCommand.class,
            DeidentifyCommand.class,
            ReidentifyCommand.class,
            ExplainCommand.class,
            ExportCommand.class,
            GenerateCommand.class,
            HashPasswordCommand.class,
            InspectCommand.class,
            SendCommand.class,
            StatusCommand.class,
            DestinationsCommand.class,
            TraceCommand.class,
            TailCommand.class,
            CommitmentsCommand.class,
            EventsCommand.class,
            ParkedCommand.class,
            RetryCommand.class,
            RerouteCommand.class,
            DiscardCommand.class,
            SetAsideCommand.class,
            VerifyCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            DrainCommand.class,
            ReloadCommand.class,
            RulesCommand.class,
            CompletionCommand.class,
            NamesCommand.class);

    private static final Pattern PLACE = Pattern.compile("positional parameter at index \\S+ \\(([^)]+)\\)");

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine(args).execute(args));
    }

    /**
     * The command line, ready to execute: what {@link #main} runs. Without arguments it knows all commands. When the
     * first argument is a command, it knows this one alone: to look at the options of all takes a third of a start.
     */
    static CommandLine commandLine(String... args) {
        Optional<Class<?>> only = COMMANDS.stream()
                // It prints what completes all the others.
                .filter(type -> !type.equals(CompletionCommand.class))
                .filter(type -> args.length > 0
                        && type.getAnnotation(Command.class).name().equals(args[0]))
                .findFirst();
        CommandLine line = new CommandLine(new Main());
        only.map(List::<Class<?>>of).orElse(COMMANDS).forEach(line::addSubcommand);
        line.getSubcommands().values().forEach(each -> each.getCommandSpec().versionProvider(new Version()));
        return line.setCommandName(ProgramName.get())
                .registerConverter(Integer.class, new OptionConverters.OfInteger())
                .registerConverter(int.class, new OptionConverters.OfInteger())
                .registerConverter(Long.class, new OptionConverters.OfLong())
                .registerConverter(long.class, new OptionConverters.OfLong())
                .registerConverter(URI.class, new OptionConverters.OfAddress())
                // In an @FILE each line is one argument, so that a path may contain spaces.
                .setUseSimplifiedAtFiles(true)
                .setParameterExceptionHandler((misuse, all) -> explain(misuse))
                .setExecutionExceptionHandler((exception, command, parsed) -> explain(exception, command.getErr()));
    }

    /** Prints every problem of a configuration. Any other exception is a fault in the gateway, and keeps its trace. */
    private static int explain(Exception exception, PrintWriter err) throws Exception {
        if (exception instanceof ConfigurationException configuration) {
            configuration.problems().forEach(err::println);
            return ExitCode.MISUSED;
        }
        if (exception instanceof UncheckedIOException io) {
            err.println("a file cannot be read or written: " + FileTrouble.of(Objects.requireNonNull(io.getCause())));
            return ExitCode.FAILED;
        }
        throw exception;
    }

    /** Prints one line on what is wrong, and one on where to read more: a page of usage would hide both. */
    private static int explain(ParameterException misuse) {
        CommandLine command = misuse.getCommandLine();
        command.getErr().println(command.getCommandName() + ": " + messageOf(misuse));
        UnmatchedArgumentException.printSuggestions(misuse, command.getErr());
        command.getErr().println("see: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.MISUSED;
    }

    /** As picocli says it, but without the places of arguments, which nobody counts. */
    private static String messageOf(ParameterException misuse) {
        CommandSpec spec = misuse.getCommandLine().getCommandSpec();
        if (misuse instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String first = "'" + unmatched.getUnmatched().get(0) + "'";
            List<String> labels = spec.positionalParameters().stream()
                    .map(ArgSpec::paramLabel)
                    .toList();
            return spec.parent() == null
                    ? first + " is not a command"
                    : first + " does not belong here: " + spec.name() + " takes only "
                            + (labels.isEmpty() ? "" : String.join(", ", labels) + " and ") + "options";
        }
        return PLACE.matcher(String.valueOf(misuse.getMessage())).replaceAll("$1");
    }

    /** The version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"DICOM Gateway " + ProgramVersion.get()};
        }
    }
}
