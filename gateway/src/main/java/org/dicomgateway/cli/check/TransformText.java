package org.dicomgateway.cli.check;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dicomgateway.cli.common.SyntaxName;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.transform.Changes;
import org.dicomgateway.transform.Changes.Change;
import org.dicomgateway.transform.Transformation;

/** What the transforms of a destination change in a file, and in which transfer syntax it gets it, as text. */
final class TransformText {

    private static final int LONGEST = 40;
    private static final String HIDDEN = "…";

    private final DestinationSettings destination;
    private final boolean showValues;

    TransformText(DestinationSettings destination, boolean showValues) {
        this.destination = destination;
        this.showValues = showValues;
    }

    /** @throws IOException when the file cannot be read or transformed */
    List<String> lines(Path file, Origin origin) throws IOException {
        Optional<Transformation> transformation = Transformation.of(destination.transforms());
        if (transformation.isEmpty() && !destination.transcode().isOn()) {
            return List.of("  " + destination.name() + " gets it as it is: it has no transform");
        }
        Part10.File meta;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            meta = Part10.read(in);
        }
        if (transformation.isEmpty()) {
            return List.of(transcoding(meta.transferSyntax()));
        }
        List<Change> changes = Changes.of(
                transformation.get(),
                () -> dataset(file, meta.datasetOffset()),
                meta.transferSyntax(),
                new Transformation.Arrival(
                        origin, Files.getLastModifiedTime(file).toInstant()));
        TextTable table = new TextTable("attribute", "before", "after", "by");
        changes.forEach(change -> table.row(
                change.attribute(), shown(change.before()), shown(change.after()), Text.printable(change.by(), 120)));
        List<String> lines = new ArrayList<>(List.of("  for " + destination.name() + ", "
                + changes.size() + " changes before the pixel data"
                + (showValues ? "" : " (--show-values shows the values)")));
        table.lines().forEach(line -> lines.add("  " + line));
        if (destination.transcode().isOn()) {
            lines.add(transcoding(meta.transferSyntax()));
        }
        return lines;
    }

    /** In which transfer syntax the destination gets it. */
    private String transcoding(TransferSyntax received) {
        List<TransferSyntax> forms = destination.transcode().forms(received, !destination.isWeb());
        String others = forms.stream().skip(1).map(SyntaxName::of).collect(Collectors.joining(", or "));
        return "  " + destination.name() + " gets it in " + SyntaxName.of(forms.get(0))
                + (others.isEmpty() ? "" : "; when that is not accepted or cannot be made, in " + others);
    }

    private String shown(Optional<String> value) {
        return value.map(text -> text.isEmpty() ? "(empty)" : showValues ? Text.printable(text, LONGEST) : HIDDEN)
                .orElse("-");
    }

    private static InputStream dataset(Path file, long offset) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file));
        try {
            in.skipNBytes(offset);
            return in;
        } catch (IOException e) {
            try (in) {
                throw e;
            }
        }
    }
}
