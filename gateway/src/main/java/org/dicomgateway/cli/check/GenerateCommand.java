package org.dicomgateway.cli.check;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.dicom.synthetic.ImageSize;
import org.dicomgateway.dicom.synthetic.Matrix;
import org.dicomgateway.dicom.synthetic.Modality;
import org.dicomgateway.dicom.synthetic.StudySpec;
import org.dicomgateway.dicom.synthetic.SyntheticStudies;
import org.dicomgateway.dicom.synthetic.template.Template;
import org.dicomgateway.dicom.synthetic.template.TemplateException;
import org.dicomgateway.security.FileTrouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Writes synthetic studies to a folder, for demonstrations, tests and measurements. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes synthetic but valid, viewable studies as DICOM files.",
            "",
            "Patients are called SYNTHETIC^PATIENTnn (ID SYNnnnn) and every file is marked as synthetic data. "
                    + "The same options give the same files, byte for byte, on any machine."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all files are written",
            "1:a file could not be written; files that exist are complete",
            "2:wrong usage, or a mistake in the template"
        },
        footerHeading = "%nTemplate file:%n",
        footer = {
            "One attribute per line, in UTF-8; lines that begin with # are comments. A backslash separates values, "
                    + "nothing after = makes an empty attribute, private attributes need their VR and their creator:",
            "",
            "  StudyDescription = Cardiac TRIAL 7",
            "  (0018,1030) = Chest routine",
            "  (0009,0010) LO = ACME 1.0",
            "  (0009,1001) DS = 1.5\\2.5",
            "",
            "@|bold Examples:|@",
            "  ${COMMAND-FULL-NAME} -o ct --instances 200",
            "  ${COMMAND-FULL-NAME} -o mix --patients 3 --series 4 -m CT,MR,US,SC --bytes 512KiB",
            "  ${COMMAND-FULL-NAME} -o clip --instances 1 -m US --frames 2000 --matrix 512x512"
        })
public final class GenerateCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Folder for the files; created if missing, must be empty. Files are "
                    + "DIR/patient/study-nn/series-nn-MODALITY/nnnn.dcm.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path output;

    @Option(names = "--force", description = "Write into a folder that is not empty: replace files of the same name.")
    private boolean force;

    @Option(
            names = "--patients",
            paramLabel = "N",
            defaultValue = "1",
            description = "Patients (default: ${DEFAULT-VALUE}).")
    private int patients;

    @Option(
            names = "--studies",
            paramLabel = "N",
            defaultValue = "1",
            description = "Studies per patient (default: ${DEFAULT-VALUE}).")
    private int studies;

    @Option(
            names = "--series",
            paramLabel = "N",
            defaultValue = "1",
            description = "Series per study (default: ${DEFAULT-VALUE}).")
    private int series;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "10",
            description = "Instances per series (default: ${DEFAULT-VALUE}).")
    private int instances;

    @Option(
            names = {"-m", "--modality"},
            paramLabel = "MODALITY",
            split = ",",
            converter = OptionConverters.OfModality.class,
            defaultValue = "CT",
            description = "Any of ${COMPLETION-CANDIDATES}; series take several in turn (default: ${DEFAULT-VALUE}).")
    private List<Modality> modalities = List.of();

    @ArgGroup
    private @Nullable Size size;

    /** At most one of these options. */
    private static final class Size {
        @Option(
                names = "--matrix",
                paramLabel = "ROWSxCOLUMNS",
                converter = OptionConverters.OfMatrix.class,
                description = "Size of the image in pixels (default: as usual for the modality).")
        private @Nullable Matrix matrix;

        @Option(
                names = "--bytes",
                paramLabel = "SIZE",
                converter = OptionConverters.OfSize.class,
                description = "Size of a file, like 8KiB, 512KiB or 1GiB; the matrix is chosen to fit.")
        private @Nullable Long bytes;
    }

    @Option(
            names = "--frames",
            paramLabel = "N",
            defaultValue = "1",
            description = "Frames per instance, for US and SC (default: ${DEFAULT-VALUE}).")
    private int frames;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Another number gives other UIDs, dates, accession numbers and anatomy "
                    + "(default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--template",
            paramLabel = "FILE",
            description = "Attributes to set in every file, over the generated ones; see below.")
    private @Nullable Path template;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing unless something fails.")
    private boolean quiet;

    @Option(names = "--json", description = "Write the result as JSON; no progress is shown.")
    private boolean json;

    private final InstantSource clock;

    /** Uses the clock of the machine. */
    public GenerateCommand() {
        this(InstantSource.system());
    }

    public GenerateCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        PrintWriter err = command.commandLine().getErr();
        try {
            SyntheticStudies all = SyntheticStudies.of(spec());
            checkFolder();
            return write(all, err);
        } catch (TemplateException e) {
            e.problems().forEach(err::println);
            return ExitCode.MISUSED;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return ExitCode.MISUSED;
        }
    }

    private int write(SyntheticStudies all, PrintWriter err) {
        Progress progress = progress(all);
        try {
            checkRoom(all.expectedBytes());
            all.writeTo(output, progress);
            progress.done("in " + output);
            if (json) {
                command.commandLine()
                        .getOut()
                        .println(JsonMapper.shared()
                                .createObjectNode()
                                .put("folder", output.toString())
                                .put("files", all.size())
                                .toPrettyString());
                command.commandLine().getOut().flush();
            }
            return ExitCode.DONE;
        } catch (IOException e) {
            progress.interrupted();
            err.println("cannot write to " + output + ": " + FileTrouble.named(e));
            return ExitCode.FAILED;
        }
    }

    private StudySpec spec() throws TemplateException {
        return new StudySpec(
                patients,
                studies,
                series,
                instances,
                modalities,
                imageSize(),
                frames,
                seed,
                template == null ? Template.EMPTY : read(template));
    }

    private static Template read(Path template) throws TemplateException {
        try {
            return Template.read(template);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the template " + template + ": " + FileTrouble.of(e), e);
        }
    }

    private ImageSize imageSize() {
        if (size != null && size.matrix != null) {
            return ImageSize.of(size.matrix);
        }
        return size != null && size.bytes != null ? ImageSize.about(size.bytes) : ImageSize.typical();
    }

    private Progress progress(SyntheticStudies all) {
        if (quiet || json) {
            return Progress.silent();
        }
        boolean terminal = command.commandLine().getColorScheme().ansi().enabled();
        return new Progress(
                all.size(), all.expectedBytes(), command.commandLine().getOut(), terminal, clock);
    }

    private void checkFolder() {
        String[] content = output.toFile().list();
        if (content == null && Files.exists(output)) {
            throw new IllegalArgumentException(output + " is not a folder that can be read; choose another");
        }
        if (!force && content != null && content.length > 0) {
            throw new IllegalArgumentException(output + " is not empty; choose another folder, or add --force");
        }
    }

    /** Refuses before the first byte when the disk would become full. */
    private void checkRoom(long bytes) throws IOException {
        Files.createDirectories(output);
        long room = Files.getFileStore(output).getUsableSpace();
        if (room < bytes) {
            throw new IOException("the files need " + Progress.size(bytes) + ", but there is room for only "
                    + Progress.size(room) + "; generate fewer or smaller ones");
        }
    }
}
