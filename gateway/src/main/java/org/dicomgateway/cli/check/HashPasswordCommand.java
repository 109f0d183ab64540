package org.dicomgateway.cli.check;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TokenHash;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Makes the hash of a password or passcode for a configuration. It is never an argument, which every user could read.
 */
@Command(
        name = "hash-password",
        mixinStandardHelpOptions = true,
        description = {"Asks for a password, twice, and prints its salted hash for a configuration."},
        exitCodeList = {"0:printed", "2:there was no password, or the second one was different"},
        exitCodeListHeading = "Exit codes:%n")
public final class HashPasswordCommand implements Callable<Integer> {

    @Option(
            names = "--token",
            description = "Make a token for a program, and print it and its hash. The token is shown only once.")
    private boolean token;

    @Option(names = "--stdin", description = "Read the password from standard input, one line, without asking.")
    private boolean stdin;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (token) {
            String made = TokenHash.newToken();
            spec.commandLine().getOut().println(made);
            spec.commandLine().getOut().println(TokenHash.of(made).text());
            spec.commandLine().getOut().flush();
            return ExitCode.DONE;
        }
        Optional<Secret> password = stdin ? fromInput() : asked();
        if (password.isEmpty()) {
            return ExitCode.MISUSED;
        }
        spec.commandLine().getOut().println(PasswordHash.make(password.get()).written());
        spec.commandLine().getOut().flush();
        return ExitCode.DONE;
    }

    @SuppressWarnings("SystemConsoleNull") // newer Javas have a console without a terminal, and can read from it
    private Optional<Secret> asked() {
        @Nullable Console console = System.console();
        if (console == null) {
            return refused("there is no terminal; use --stdin to read the password from standard input");
        }
        char @Nullable [] first = console.readPassword("Password: ");
        char @Nullable [] second = console.readPassword("Once more: ");
        if (first == null || first.length == 0) {
            return refused("there is no password");
        }
        return Arrays.equals(first, second)
                ? Optional.of(new Secret(new String(first)))
                : refused("the two passwords are different");
    }

    private Optional<Secret> fromInput() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        @Nullable String line = in.readLine();
        return line == null || line.isEmpty()
                ? refused("there is no password on standard input")
                : Optional.of(new Secret(line));
    }

    private Optional<Secret> refused(String why) {
        spec.commandLine().getErr().println(why);
        return Optional.empty();
    }
}
