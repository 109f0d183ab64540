package org.dicomgateway.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.dicomgateway.testkit.Dcmtk;

/** Runs commands of the gateway in this JVM: as {@link Main} does, without the second that a JVM takes to start. */
public final class CommandRunner {

    private CommandRunner() {}

    /** Runs a command to its end. The output is what it printed, errors among it. */
    public static Dcmtk.Result run(List<String> arguments) {
        StringWriter output = new StringWriter();
        PrintWriter both = new PrintWriter(output, true);
        String[] all = arguments.toArray(String[]::new);
        int exitCode = Main.commandLine(all).setOut(both).setErr(both).execute(all);
        return new Dcmtk.Result(arguments, exitCode, output.toString());
    }
}
