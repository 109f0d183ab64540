package org.dicomgateway.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dicomgateway.config.PasswordHash;
import org.dicomgateway.config.TokenHash;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Makes what a configuration keeps of a password or a token. A password is never an argument: those can be read by every
 * user of the machine, and stay in the shell's history.
 */
@Command(
        name = "hash-password",
        mixinStandardHelpOptions = true,
        description = {
            "Reads a password, from the terminal without showing it or from standard input, and prints its hash.",
            "With --token: makes a token, and prints it and its hash. The token is shown this once."
        },
        exitCodeList = {"0:done", "1:no password was given, or the two differ", "2:wrong usage"},
        exitCodeListHeading = "Exit codes:%n")
public final class HashPasswordCommand implements Callable<Integer> {

    @Option(names = "--token", description = "make a token for a program, instead of asking for a password")
    private boolean token;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (token) {
            String made = TokenHash.newToken();
            out.println("token:      " + made);
            out.println("token-hash = \"" + TokenHash.of(made).text() + '"');
            out.flush();
            return ExitCode.DONE;
        }
        Optional<String> password = password();
        password.ifPresent(
                text -> out.println("password-hash = \"" + PasswordHash.of(text).text() + '"'));
        out.flush();
        return password.isPresent() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** On a Java newer than 21 there is a console even where nobody sits: it ends where its input does. */
    @SuppressWarnings("SystemConsoleNull")
    private Optional<String> password() throws IOException {
        Console console = System.console();
        return console == null ? fromStandardInput() : fromTerminal(console);
    }

    /** The first line; the rest is not looked at. */
    private Optional<String> fromStandardInput() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = in.readLine();
        return line == null || line.isEmpty() ? none("no password on standard input") : Optional.of(line);
    }

    private Optional<String> fromTerminal(Console console) {
        char[] first = console.readPassword("Password: ");
        if (first == null || first.length == 0) {
            return none("no password was given");
        }
        char[] second = console.readPassword("Once more: ");
        return second == null || Arrays.equals(first, second)
                ? Optional.of(new String(first))
                : none("the two are not the same");
    }

    private Optional<String> none(String why) {
        spec.commandLine().getErr().println(why);
        return Optional.empty();
    }
}
