package org.dicomgateway.cli.send;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.security.FileTrouble;
import org.dicomgateway.transform.Transformation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes what transforms make of files to a folder. Asks no server, and leaves the files as they are. */
@Command(
        name = "deidentify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes what transforms of routing.conf make of DICOM files to a folder: the same bytes that a destination"
                    + " with these transforms would get. A file that cannot be transformed completely is not written.",
            "",
            "Each new file has the SOP Instance UID of its instance as its name. No file is overwritten."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every DICOM file was transformed and written",
            "1:a file was not; the others are complete",
            "2:the arguments or the configuration are wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} --transform trial --output out study/",
            "  ${COMMAND-FULL-NAME} --transform tidy --transform trial --output out image.dcm"
        })
public final class DeidentifyCommand implements Callable<Integer> {

    /** The file says nothing about who sent it. */
    private static final Origin NOBODY = new Origin(AeTitle.of("ANONYMOUS"), AeTitle.of("ANONYMOUS"), "localhost");

    private static final String UNFINISHED = ".part";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Option(
            names = "--transform",
            paramLabel = "TRANSFORM",
            required = true,
            description = "A transform of routing.conf. Several are carried out in this order.")
    private List<String> transforms = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "The folder for the new files; it is made when it is missing.")
    @SuppressWarnings("NullAway.Init") // required
    private Path output;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "DICOM files (part 10), or folders with such files.")
    private List<Path> files = List.of();

    @Override
    public Integer call() throws ConfigurationException, IOException {
        Transformation transformation = transformation();
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        FileScan.Found found = FileScan.of(files);
        Files.createDirectories(output);
        long bytes = found.files().stream().mapToLong(DicomFile::bytes).sum();
        Progress progress = new Progress(
                found.files().size(),
                bytes,
                err,
                command.commandLine().getColorScheme().ansi().enabled(),
                InstantSource.system());
        List<String> failures = new ArrayList<>();
        found.unreadable().forEach(each -> failures.add(each.path() + ": " + each.reason()));
        int written = 0;
        for (DicomFile file : found.files()) {
            try {
                write(file, transformation);
                written++;
            } catch (IOException e) {
                failures.add(file.path() + ": " + reason(e));
            }
            progress.wrote(file.bytes());
            progress.finished();
        }
        progress.clear();
        failures.forEach(err::println);
        out.println(written + " files written to " + output + ", " + failures.size() + " not transformed, "
                + found.notDicom() + " are no DICOM files");
        out.flush();
        err.flush();
        return failures.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private Transformation transformation() throws ConfigurationException {
        var known = configuration.load().routing().transforms();
        List<TransformSettings> settings = new ArrayList<>();
        for (String name : transforms) {
            TransformSettings one = known.get(name);
            if (one == null) {
                throw new ParameterException(
                        command.commandLine(),
                        "no transform is called '" + name + "'; "
                                + Suggestions.remedy(
                                        name, known.keySet().stream().sorted().toList()));
            }
            settings.add(one);
        }
        List<TransformSettings> before = settings.subList(0, settings.size() - 1);
        if (before.stream().anyMatch(each -> each.profile().isPresent())) {
            throw new ParameterException(
                    command.commandLine(),
                    "what is de-identified must not be changed again: name one transform with a profile, as the last"
                            + " one");
        }
        return Transformation.of(settings).orElseThrow();
    }

    private void write(DicomFile file, Transformation transformation) throws IOException {
        checkSopClass(file);
        Transformation.Arrival arrival = new Transformation.Arrival(
                NOBODY, Files.getLastModifiedTime(file.path()).toInstant());
        Transformation.Result result =
                transformation.apply(() -> dataset(file), file.pair().transferSyntax(), arrival);
        Path target = output.resolve(result.sentAs().sopInstance().value() + ".dcm");
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
        try {
            try (InputStream changed = result.open(() -> dataset(file));
                    OutputStream to = new BufferedOutputStream(
                            Files.newOutputStream(unfinished, StandardOpenOption.CREATE_NEW))) {
                to.write(Part10.prefix(
                        file.pair().sopClass(),
                        result.sentAs().sopInstance(),
                        file.pair().transferSyntax(),
                        NOBODY));
                changed.transferTo(to);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** The file meta information goes into the new file: its SOP class must not be one that no transform looked at. */
    private static void checkSopClass(DicomFile file) throws IOException {
        try (InputStream in = dataset(file)) {
            InstanceHeader header = HeaderReader.read(in, file.pair().transferSyntax());
            if (!header.sopClass().equals(file.pair().sopClass())) {
                throw new UntransformableException(
                        "its file meta information names another SOP class than its dataset");
            }
        }
    }

    private static InputStream dataset(DicomFile file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file.path()));
        try {
            in.skipNBytes(file.datasetOffset());
            return in;
        } catch (IOException e) {
            try (in) {
                throw e;
            }
        }
    }

    private static String reason(IOException e) {
        return e instanceof UntransformableException || e instanceof UnreadableDatasetException
                ? String.valueOf(e.getMessage())
                : FileTrouble.named(e);
    }
}
