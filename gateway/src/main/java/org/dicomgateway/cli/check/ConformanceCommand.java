package org.dicomgateway.cli.check;

import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.conformance.ConformanceStatement;
import org.dicomgateway.conformance.HtmlPage;
import org.dicomgateway.conformance.MarkdownText;
import org.dicomgateway.conformance.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Prints the DICOM conformance statement for a configuration. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = "Prints the DICOM conformance statement (PS3.2) for the configuration in the files.",
        exitCodeList = {"0:printed", "2:the configuration is not valid"},
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME} > conformance.md", "  ${COMMAND-FULL-NAME} --format html > conformance.html"})
public final class ConformanceCommand implements Callable<Integer> {

    /** How the statement is written. */
    enum Format {
        md,
        html,
        json
    }

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "md",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Format format;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        IVersionProvider version = spec.root().versionProvider();
        Statement statement = ConformanceStatement.of(configuration.load(), version.getVersion()[0]);
        spec.commandLine()
                .getOut()
                .print(
                        switch (format) {
                            case md -> MarkdownText.of(statement);
                            case html -> HtmlPage.of(statement);
                            case json ->
                                JsonMapper.shared()
                                                .writerWithDefaultPrettyPrinter()
                                                .writeValueAsString(statement) + "\n";
                        });
        spec.commandLine().getOut().flush();
        return ExitCode.DONE;
    }
}
