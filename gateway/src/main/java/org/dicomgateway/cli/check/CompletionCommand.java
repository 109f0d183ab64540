package org.dicomgateway.cli.check;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete commands, options and names. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Prints a script that makes the shell complete commands, their options, and the names of destinations and"
                    + " routes with Tab. The names are asked of the running gateway; without one there are none.",
            "",
            "It is found by the program's name, gateway, whatever folder it is called from."
        },
        exitCodeList = {"0:printed", "2:wrong usage"},
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  eval \"$(scripts/gateway completion bash)\"                  # this shell; in ~/.bashrc: every one",
            "  eval \"$(scripts/gateway completion zsh)\"                   # the same in ~/.zshrc, after compinit"
        })
public final class CompletionCommand implements Callable<Integer> {

    /** Shells that can use it. */
    enum Shell {
        bash,
        zsh
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell = Shell.bash;

    @Override
    public Integer call() {
        PrintWriter out = command.commandLine().getOut();
        if (shell == Shell.zsh) {
            out.println("autoload -U +X bashcompinit && bashcompinit");
        }
        out.println(CompletionScript.bash(command.root().commandLine()));
        out.flush();
        return ExitCode.DONE;
    }
}
