package org.dicomgateway.cli.common;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.AdminSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands have in common that talk to a running gateway. */
public abstract class OperatorCommand implements Callable<Integer> {

    public static final String EXIT_UNREACHABLE = "3:no gateway answers, or it does not let you";

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(names = "--json", description = "print what the gateway answers, as JSON")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Asks, and tells the operator what came of it; the exit code. */
    public abstract int run(RunningGateway gateway) throws RunningGatewayException;

    /** Looks whether the arguments go together, before anybody is asked. */
    public void check() {}

    /** That they do not. */
    public final ParameterException misuse(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    @Override
    public Integer call() throws ConfigurationException {
        check();
        AdminSettings settings = Configuration.load(configuration.path()).admin();
        if (!settings.enabled()) {
            err().println("gateway.admin.enabled is false in " + configuration.path()
                    + ": a running gateway cannot be asked");
            return ExitCode.MISUSED;
        }
        if (settings.address().getPort() == 0) {
            err().println("gateway.admin.port is 0 in " + configuration.path()
                    + ": give it a port, or nobody knows where to ask");
            return ExitCode.MISUSED;
        }
        try {
            return run(new RunningGateway(settings, OperatorToken.fromEnvironment(System.getenv())));
        } catch (RunningGatewayException e) {
            err().println(e.getMessage());
            return e.exitCode();
        } finally {
            out().flush();
        }
    }

    /** The answer as it came, when that was asked for; otherwise what {@code text} makes of it. */
    public final void print(String answer, Iterable<String> text) {
        if (json) {
            out().println(Json.indented(answer));
        } else {
            text.forEach(out()::println);
        }
    }

    /** Whether the answer is to be printed as it came. */
    public final boolean isJson() {
        return json;
    }

    public final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Whether a person at a terminal reads it. */
    public final boolean isTerminal() {
        return spec.commandLine().getColorScheme().ansi().enabled();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
