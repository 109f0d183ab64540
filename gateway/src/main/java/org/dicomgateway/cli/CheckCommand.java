package org.dicomgateway.cli;

import java.util.concurrent.Callable;
import org.dicomgateway.config.ConfigurationException;
import org.dicomgateway.config.EffectiveConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Loads the configuration as {@code run} would, and shows what is in force. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Prints every problem of the configuration; without any, what is in force, secrets masked.",
        exitCodeList = {"0:the configuration is right", "2:it is not"},
        exitCodeListHeading = "Exit codes:%n")
public final class CheckCommand implements Callable<Integer> {

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException {
        spec.commandLine().getOut().print(EffectiveConfiguration.render(configuration.path()));
        spec.commandLine().getOut().flush();
        return ExitCode.DONE;
    }
}
