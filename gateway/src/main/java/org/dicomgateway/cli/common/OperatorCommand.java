package org.dicomgateway.cli.common;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.config.hocon.ConfigurationException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The common part of the commands that talk to a running gateway. */
public abstract class OperatorCommand implements Callable<Integer> {

    public static final String EXIT_UNREACHABLE = "3:no gateway answers, or it does not allow this";

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(names = "--json", description = "Print the gateway's answer as JSON")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Sends the request, and prints the result; returns the exit code. */
    public abstract int run(RunningGateway gateway) throws RunningGatewayException;

    /** Checks whether the arguments fit together, before a request is sent. */
    public void check() {}

    /** The exception for arguments that do not fit together. */
    public final ParameterException misuse(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    @Override
    public Integer call() throws ConfigurationException {
        check();
        try {
            return run(RunningGateway.of(configuration));
        } catch (RunningGatewayException e) {
            err().println(e.getMessage());
            return e.exitCode();
        } finally {
            out().flush();
        }
    }

    /** Prints the answer as JSON when --json is given, otherwise {@code text}. */
    public final void print(String answer, Iterable<String> text) {
        if (json) {
            out().println(Json.indented(answer));
        } else {
            text.forEach(out()::println);
        }
    }

    /** Whether --json is given. */
    public final boolean isJson() {
        return json;
    }

    public final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Whether the output goes to a terminal. */
    public final boolean isTerminal() {
        return spec.commandLine().getColorScheme().ansi().enabled();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
