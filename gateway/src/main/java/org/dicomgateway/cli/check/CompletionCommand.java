package org.dicomgateway.cli.check;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script with which a shell completes commands, options and names. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Prints a script that makes the shell complete commands, their options, and the names of destinations and"
                    + " routes with Tab. The names come from the running gateway; without one there are none.",
            "",
            "It works for the program names gateway and dicom-gateway, in any folder."
        },
        exitCodeList = {"0:printed", "2:wrong usage"},
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  eval \"$(${COMMAND-FULL-NAME} bash)\"                  # this shell; in ~/.bashrc: every one",
            "  eval \"$(${COMMAND-FULL-NAME} zsh)\"                   # the same in ~/.zshrc, after compinit"
        })
public final class CompletionCommand implements Callable<Integer> {

    /** The shells that can use it. */
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
