package org.dicomgateway.cli.check;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.EffectiveConfiguration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Warning;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Loads the configuration as {@code run} does, and shows what is in force. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Prints every problem of the configuration. Without problems, it prints what is in force, secrets masked.",
            "What is allowed but probably a mistake is a warning, on standard error."
        },
        exitCodeList = {
            "0:the configuration is valid",
            "1:it is valid, but there are warnings, and --strict was given",
            "2:it is not valid"
        },
        exitCodeListHeading = "Exit codes:%n")
public final class CheckCommand implements Callable<Integer> {

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(names = "--strict", description = "Exit with 1 when there is a warning.")
    private boolean strict;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        out.print(EffectiveConfiguration.render(configuration.path()));
        out.flush();
        Configuration.Loaded loaded = configuration.load();
        List<Warning> warnings =
                new ArrayList<>(Configuration.warnings(loaded.gateway().routingFile()));
        warnings.addAll(SecurityWarnings.of(configuration.path(), loaded, Instant.now()));
        warnings.addAll(Configuration.warningsOfText(
                configuration.path(), loaded.gateway().routingFile()));
        warnings.addAll(SyntaxWarnings.of(loaded, System.getenv()));
        warnings.forEach(err::println);
        err.flush();
        return strict && !warnings.isEmpty() ? ExitCode.FAILED : ExitCode.DONE;
    }
}
