package org.dicomgateway.dicom.synthetic.template;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.VR;

/**
 * Further attributes for every instance, from a text file in UTF-8. Each line is one of
 *
 * <pre>
 * # a comment
 * StudyDescription = Cardiac TRIAL 7
 * (0018,1030) = Chest routine
 * ImageComments =
 * (0009,0010) LO = ACME 1.0
 * (0009,1001) DS = 1.5\2.5
 * </pre>
 *
 * <p>A backslash separates values. Nothing after {@code =} is an empty attribute. A value representation (VR) is
 * optional, but required for private attributes and for those that the dictionary does not contain. A template cannot
 * set the UIDs that identify an instance, attributes that describe the pixels, sequences and bulk data.
 */
public final class Template {

    /** Adds nothing. */
    public static final Template EMPTY = new Template(List.of());

    /** An attribute with its values. */
    record Entry(int tag, VR vr, List<String> values) {

        void applyTo(Attributes attributes) {
            if (values.isEmpty()) {
                attributes.setNull(tag, vr);
                return;
            }
            switch (vr) {
                case FD, FL ->
                    attributes.setDouble(
                            tag,
                            vr,
                            values.stream().mapToDouble(Double::parseDouble).toArray());
                case SL, SS, UL, US ->
                    attributes.setInt(
                            tag,
                            vr,
                            values.stream()
                                    .mapToInt(value -> (int) Long.parseLong(value))
                                    .toArray());
                default -> attributes.setString(tag, vr, values.toArray(String[]::new));
            }
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%08x %s ", tag, vr) + String.join("\\", values);
        }
    }

    private final List<Entry> entries;

    Template(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads a template.
     *
     * @throws TemplateException with every problem, each with file and line
     * @throws IOException when the file cannot be read
     */
    public static Template read(Path file) throws IOException, TemplateException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new TemplateException(List.of(file + ":1: the file is not UTF-8; convert it"));
        }
        return new TemplateParser(file.toString()).parse(lines);
    }

    public void applyTo(Attributes attributes) {
        entries.forEach(entry -> entry.applyTo(attributes));
    }

    /** A text that is equal for templates that add the same attributes. */
    public String fingerprint() {
        return entries.stream().map(Entry::toString).collect(Collectors.joining("\n"));
    }
}
