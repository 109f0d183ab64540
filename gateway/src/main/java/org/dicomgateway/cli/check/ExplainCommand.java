package org.dicomgateway.cli.check;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.receive.AccessPreview;
import org.dicomgateway.route.Explanation;
import org.dicomgateway.route.RoutingTable;
import org.dicomgateway.security.FileTrouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Explains what the rules do with files, condition by condition. Asks no server and changes nothing. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows for DICOM files which routes apply and why the others do not, condition by condition, and where each"
                    + " file would go. With a known sender, also whether each listener would let it in.",
            "",
            "A file that a gateway wrote contains its sender. For other files or another sender, use the options."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeList = {
            "0:every file was explained",
            "1:a file could not be read",
            "2:the arguments or the configuration are wrong"
        },
        exitCodeListHeading = "%nExit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} image.dcm",
            "  ${COMMAND-FULL-NAME} image.dcm --destination research --show-values",
            "  ${COMMAND-FULL-NAME} image.dcm --calling-ae MAMMO1 --remote-host 10.1.2.3"
        })
public final class ExplainCommand implements Callable<Integer> {

    /** The sender to assume for a file that does not contain one. */
    private static final Origin UNKNOWN = new Origin(AeTitle.of("ANY"), AeTitle.of("GATEWAY"), "127.0.0.1");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "DICOM files (part 10), of any transfer syntax.")
    private List<Path> files = List.of();

    @Option(
            names = "--calling-ae",
            paramLabel = "TITLE",
            converter = OptionConverters.OfAeTitle.class,
            description = "AE title of the sender (otherwise ANY).")
    private @Nullable AeTitle calling;

    @Option(
            names = "--called-ae",
            paramLabel = "TITLE",
            converter = OptionConverters.OfAeTitle.class,
            description = "AE title it calls (otherwise GATEWAY).")
    private @Nullable AeTitle called;

    @Option(
            names = "--remote-host",
            paramLabel = "ADDRESS",
            converter = OptionConverters.OfIpAddress.class,
            description = "Address of the sender (otherwise 127.0.0.1).")
    private @Nullable String remoteHost;

    @Option(names = "--show-values", description = "Show values of attributes that may identify a patient.")
    private boolean showValues;

    @Option(
            names = "--destination",
            paramLabel = "NAME",
            completionCandidates = RunningNames.OfDestinations.class,
            description =
                    "Show what the transforms of this destination change, attribute by attribute, and in which transfer"
                            + " syntax it gets the file.")
    private @Nullable String destination;

    @Option(names = "--json", description = "Write JSON instead of text.")
    private boolean json;

    @Override
    public Integer call() throws ConfigurationException {
        Configuration.Loaded loaded = configuration.load();
        Optional<DestinationSettings> shown = shown(loaded);
        RoutingTable table = RoutingTable.of(loaded.routing(), 0);
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        boolean symbols = Charset.defaultCharset().newEncoder().canEncode(ExplanationText.SYMBOLS);
        List<Explained> explained = new ArrayList<>();
        for (Path file : files) {
            try {
                Explained one = explain(file, table, loaded.gateway().listeners());
                explained.add(one);
                if (!json) {
                    new ExplanationText(symbols).lines(one).forEach(out::println);
                    if (shown.isPresent()) {
                        new TransformText(shown.get(), showValues)
                                .lines(file, one.origin())
                                .forEach(out::println);
                    }
                }
            } catch (UntransformableException e) {
                err.println(file + ": it would be parked: " + e.getMessage());
            } catch (IOException e) {
                err.println(file + ": " + reason(e));
            }
        }
        if (json) {
            out.println(ExplanationJson.of(explained, JsonMapper.shared()));
        }
        out.flush();
        err.flush();
        return explained.size() == files.size() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** The destination whose transforms are shown. */
    private Optional<DestinationSettings> shown(Configuration.Loaded loaded) {
        if (destination == null) {
            return Optional.empty();
        }
        if (json) {
            throw new ParameterException(command.commandLine(), "--destination shows text; leave out --json");
        }
        DestinationSettings settings = loaded.routing().destinations().get(destination);
        if (settings == null) {
            throw new ParameterException(
                    command.commandLine(),
                    "no destination is called '" + destination + "'; "
                            + Suggestions.remedy(
                                    destination,
                                    loaded.routing().destinations().keySet().stream()
                                            .sorted()
                                            .toList()));
        }
        return Optional.of(settings);
    }

    /**
     * A file, the sender that was assumed, and the explanation.
     *
     * @param access what each listener would answer to the sender; empty when the sender is not known
     */
    record Explained(Path file, Origin origin, List<AccessPreview> access, Explanation explanation) {}

    private Explained explain(Path file, RoutingTable table, List<ListenerSettings> listeners) throws IOException {
        Part10.File meta;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            meta = Part10.read(in);
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.skipNBytes(meta.datasetOffset());
            InstanceHeader header = HeaderReader.read(in, meta.transferSyntax());
            Origin origin = origin(meta.origin().orElse(UNKNOWN));
            boolean known = calling != null || meta.origin().isPresent();
            boolean calls = called != null || meta.origin().isPresent();
            List<AccessPreview> access = known
                    ? listeners.stream()
                            .map(each -> AccessPreview.of(
                                    each, calls && each.web().isEmpty() ? origin : calling(each, origin), header))
                            .toList()
                    : List.of();
            return new Explained(file, origin, access, Explanation.of(table, header, origin, showValues));
        }
    }

    /**
     * Who does not say what the sender calls means an AE title that the listener has. Over DICOMweb the listener says
     * both titles.
     */
    private static Origin calling(ListenerSettings listener, Origin origin) {
        if (listener.web().isPresent()) {
            return new Origin(
                    listener.web().get().callingAe(),
                    listener.aeTitles().iterator().next(),
                    origin.remoteHost());
        }
        return listener.aeTitles().contains(origin.called())
                ? origin
                : new Origin(
                        origin.calling(),
                        listener.aeTitles().stream().sorted().findFirst().orElseThrow(),
                        origin.remoteHost());
    }

    private Origin origin(Origin known) {
        return new Origin(
                Optional.ofNullable(calling).orElse(known.calling()),
                Optional.ofNullable(called).orElse(known.called()),
                Optional.ofNullable(remoteHost).orElse(known.remoteHost()));
    }

    private static String reason(IOException e) {
        return e instanceof UnreadableDatasetException
                ? String.valueOf(e.getMessage())
                : "cannot be read: " + FileTrouble.of(e);
    }
}
