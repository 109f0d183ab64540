package org.dicomgateway.cli.inspect;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.security.FileTrouble;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.engine.SpoolReader;
import org.dicomgateway.spool.engine.SpoolReader.HeldInstance;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Writes what the spool still holds to files, with or without a running gateway. Does not change the spool. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes every instance that is not yet delivered everywhere as a .dcm file, named by its spool number.",
            "",
            "Works with or without a running gateway, also when the ledger is lost. The spool is not changed."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME} -o held", "  ${COMMAND-FULL-NAME} -o held --accession A4711"},
        exitCodeList = {
            "0:everything that was asked for is written",
            "1:an instance could not be read, or the folder could not be written",
            "2:wrong usage or configuration",
            "4:nothing that waits is of this study or Accession Number"
        })
public final class ExportCommand implements Callable<Integer> {

    private static final int LINE_EVERY = 1000;

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Folder; created if missing.")
    @SuppressWarnings("NullAway.Init") // required
    private Path output;

    @Option(
            names = "--study",
            paramLabel = "UID",
            converter = OptionConverters.OfUid.class,
            description = "Only this study.")
    private @Nullable String study;

    @Option(names = "--accession", paramLabel = "NUMBER", description = "Only of this Accession Number.")
    private @Nullable String accession;

    @Option(names = "--json", description = "Write the result as JSON.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private long written;
    private long failed;

    @Override
    public Integer call() throws ConfigurationException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path spool = Configuration.load(configuration.path()).spool().directory();
        try {
            Files.createDirectories(output);
            new SpoolReader(spool).forEach(held -> export(held, out, err));
        } catch (IOException e) {
            err.println("stopped after " + Counted.instances(written) + ", cannot write to " + output + ": "
                    + FileTrouble.of(e));
            return ExitCode.FAILED;
        }
        out.println(
                json
                        ? JsonMapper.shared()
                                .createObjectNode()
                                .put("folder", output.toString())
                                .put("written", written)
                                .put("failed", failed)
                                .toPrettyString()
                        : Counted.instances(written) + " in " + output
                                + (failed > 0 ? "; " + failed + " could not be read" : ""));
        out.flush();
        boolean lookedUp = study != null || accession != null;
        return failed > 0 ? ExitCode.FAILED : lookedUp && written == 0 ? ExitCode.NOT_FOUND : ExitCode.DONE;
    }

    private void export(HeldInstance held, PrintWriter out, PrintWriter err) throws IOException {
        Instance instance = held.instance();
        if ((study != null && !study.equals(instance.studyInstanceUid()))
                || (accession != null && !accession.equals(instance.accessionNumber()))) {
            return;
        }
        Path target = output.resolve(instance.id() + ".dcm");
        Path part = output.resolve(instance.id() + ".part");
        try (InputStream bytes = held.open()) {
            Files.copy(bytes, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            written++;
            if (written % LINE_EVERY == 0 && !json) {
                out.println(written + " instances so far");
                out.flush();
            }
        } catch (IOException e) {
            Files.deleteIfExists(part);
            if (!Files.isWritable(output)) {
                throw e;
            }
            failed++;
            err.println(instance.id() + " (SOP instance " + instance.sopInstance() + "): " + FileTrouble.of(e));
        }
    }
}
