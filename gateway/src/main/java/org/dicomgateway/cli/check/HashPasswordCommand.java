package org.dicomgateway.cli.check;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TokenHash;
import org.dicomgateway.security.WeakPassword;
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
        description = {
            "Asks for a password, twice, and prints its salted hash for gateway.conf: password-hash of a user in"
                    + " gateway.admin.users (the operators' page and commands) or in gateway.users (senders), in"
                    + " quotes. A change of gateway.conf needs a restart of the gateway."
        },
        exitCodeList = {"0:printed", "2:there was no password, it is too weak, or the second one was different"},
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}", "  ${COMMAND-FULL-NAME} --token"})
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
            hint(
                    "The first line is the token, for the program: GATEWAY_TOKEN, or a file that GATEWAY_TOKEN_FILE names.",
                    "The second line is its hash: put it in quotes, as token-hash of a user in gateway.admin.users.");
            return ExitCode.DONE;
        }
        Optional<Secret> password = (stdin ? fromInput() : asked()).flatMap(this::strong);
        if (password.isEmpty()) {
            return ExitCode.MISUSED;
        }
        spec.commandLine().getOut().println(PasswordHash.make(password.get()).written());
        spec.commandLine().getOut().flush();
        hint("Put it in quotes, as password-hash of a user: in gateway.admin.users for an operator or viewer,"
                + " in gateway.users for a sender.");
        return ExitCode.DONE;
    }

    /** On standard error, so that a script gets only what it asked for. */
    private void hint(String... lines) {
        PrintWriter err = spec.commandLine().getErr();
        Stream.of(lines).forEach(err::println);
        err.println("This is in gateway.conf, and needs a restart of the gateway.");
        err.flush();
    }

    private Optional<Secret> strong(Secret password) {
        return WeakPassword.why(password)
                .map(why -> refused("the password is too weak: " + why
                        + "; take at least 8 characters, such as four words, or use --token for a program"))
                .orElse(Optional.of(password));
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
