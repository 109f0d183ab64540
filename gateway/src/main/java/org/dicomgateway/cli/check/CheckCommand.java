package org.dicomgateway.cli.check;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.EffectiveConfiguration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.hocon.Warning;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

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
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}", "  ${COMMAND-FULL-NAME} --strict --config /etc/dicom-gateway/gateway.conf"})
public final class CheckCommand implements Callable<Integer> {

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(names = "--strict", description = "Exit with 1 when there is a warning.")
    private boolean strict;

    @Option(names = "--json", description = "Write problems and warnings as JSON, without the configuration.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException {
        if (json) {
            return checkAsJson();
        }
        PrintWriter err = spec.commandLine().getErr();
        spec.commandLine().getOut().print(EffectiveConfiguration.render(configuration.path()));
        spec.commandLine().getOut().flush();
        List<Warning> warnings = warnings();
        warnings.forEach(err::println);
        err.flush();
        return exitCode(warnings);
    }

    private int checkAsJson() {
        List<Problem> problems = List.of();
        List<Warning> warnings = List.of();
        try {
            warnings = warnings();
        } catch (ConfigurationException e) {
            problems = e.problems();
        }
        ObjectNode root = JsonMapper.shared().createObjectNode().put("valid", problems.isEmpty());
        ArrayNode wrong = root.putArray("problems");
        problems.forEach(each -> put(wrong, each.file(), each.line(), each.key(), each.what(), each.remedy()));
        ArrayNode doubtful = root.putArray("warnings");
        warnings.forEach(each -> put(doubtful, each.file(), each.line(), each.key(), each.what(), each.remedy()));
        spec.commandLine().getOut().println(root.toPrettyString());
        spec.commandLine().getOut().flush();
        return problems.isEmpty() ? exitCode(warnings) : ExitCode.MISUSED;
    }

    private static void put(ArrayNode all, Path file, int line, String key, String what, String remedy) {
        all.addObject()
                .put("file", file.toString())
                .put("line", line)
                .put("key", key)
                .put("what", what)
                .put("remedy", remedy);
    }

    private int exitCode(List<Warning> warnings) {
        return strict && !warnings.isEmpty() ? ExitCode.FAILED : ExitCode.DONE;
    }

    private List<Warning> warnings() throws ConfigurationException {
        Configuration.Loaded loaded = configuration.load();
        List<Warning> warnings =
                new ArrayList<>(Configuration.warnings(loaded.gateway().routingFile(), loaded.gateway()));
        warnings.addAll(SecurityWarnings.of(configuration.path(), loaded, Instant.now()));
        warnings.addAll(Configuration.warningsOfText(
                configuration.path(), loaded.gateway().routingFile()));
        warnings.addAll(SyntaxWarnings.of(loaded, System.getenv()));
        return warnings;
    }
}
