package org.dicomgateway.dicom.synthetic.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.ElementDictionary;
import org.aoju.bus.image.galaxy.data.SpecificCharacterSet;
import org.aoju.bus.image.galaxy.data.VR;
import org.jspecify.annotations.Nullable;

/** Parses lines into a {@link Template}, or collects every problem in them. Use an instance once. */
public final class TemplateParser {

    private static final Pattern LINE = Pattern.compile("(?<name>[^=\\s]+)(\\s+(?<vr>[A-Z]{2}))?\\s*=\\s*(?<value>.*)");
    private static final Pattern TAG = Pattern.compile("\\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\\)");

    private static final Pattern CHARACTER_SET =
            Pattern.compile("ISO_IR (13|100|101|109|110|126|127|138|144|148|166|192|203)"
                    + "|ISO 2022 IR (6|13|58|87|100|101|109|110|126|127|138|144|148|149|159|166|203)|GB18030|GBK");
    /** At these characters, a code extension returns to the first character set (PS3.5 6.1.2.5.3). */
    private static final String DELIMITERS = "\\^=\r\n\t\f";

    /** Attributes that hold a study together, or that must match the pixels. */
    private static final Set<Integer> GENERATED = Set.of(
            Tag.SOPClassUID,
            Tag.SOPInstanceUID,
            Tag.StudyInstanceUID,
            Tag.SeriesInstanceUID,
            Tag.SamplesPerPixel,
            Tag.PhotometricInterpretation,
            Tag.PlanarConfiguration,
            Tag.NumberOfFrames,
            Tag.FrameIncrementPointer,
            Tag.Rows,
            Tag.Columns,
            Tag.BitsAllocated,
            Tag.BitsStored,
            Tag.HighBit,
            Tag.PixelRepresentation);

    private static final int PIXEL_GROUP = 0x7fe0;
    private static final int FIRST_DATASET_GROUP = 0x0008;

    private final String file;
    private final List<String> problems = new ArrayList<>();
    private final Map<Integer, Integer> lineOfTag = new TreeMap<>(Integer::compareUnsigned);
    private final List<Template.Entry> entries = new ArrayList<>();

    public TemplateParser(String file) {
        this.file = file;
    }

    public Template parse(List<String> lines) throws TemplateException {
        for (int i = 0; i < lines.size(); i++) {
            String line = (i == 0 ? withoutByteOrderMark(lines.get(0)) : lines.get(i)).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                try {
                    add(i + 1, line);
                } catch (Problem problem) {
                    report(i + 1, problem.what);
                }
            }
        }
        checkCreators();
        checkCharacters();
        if (!problems.isEmpty()) {
            throw new TemplateException(problems);
        }
        return new Template(entries);
    }

    private void add(int number, String line) throws Problem {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new Problem("not of the form 'Keyword = value' or '(gggg,eeee) VR = value'");
        }
        int tag = tag(parts.group("name"));
        VR vr = vr(tag, parts.group("name"), parts.group("vr"));
        Template.Entry entry = new Template.Entry(tag, vr, values(parts.group("name"), vr, parts.group("value")));
        Integer before = lineOfTag.putIfAbsent(tag, number);
        if (before != null) {
            throw new Problem(parts.group("name") + " already has a value in line " + before);
        }
        entries.add(entry);
    }

    private static int tag(String name) throws Problem {
        Matcher numbers = TAG.matcher(name);
        int tag = numbers.matches()
                ? Integer.parseUnsignedInt(numbers.group(1) + numbers.group(2), 16)
                : ElementDictionary.tagForKeyword(name, null);
        if (tag == -1) {
            throw new Problem(
                    "'" + name + "' is not a keyword of the DICOM dictionary (PS3.6); write a tag as (gggg,eeee)");
        }
        int group = tag >>> 16;
        if (group < FIRST_DATASET_GROUP || group >= PIXEL_GROUP || (tag & 0xffff) == 0) {
            throw new Problem(name + " is outside what a template can set: groups 0008 to 7FDF, no group lengths");
        }
        if (GENERATED.contains(tag)) {
            throw new Problem(name + " is generated and cannot be set; leave it out");
        }
        return tag;
    }

    private static VR vr(int tag, String name, @Nullable String given) throws Problem {
        if (given != null) {
            return Arrays.stream(VR.values())
                    .filter(vr -> vr.name().equals(given))
                    .findFirst()
                    .orElseThrow(() -> new Problem("'" + given + "' is not a value representation (PS3.5 6.2)"));
        }
        if (isPrivate(tag) || ElementDictionary.keywordOf(tag, null).isEmpty()) {
            throw new Problem(name + " is private or unknown; add its value representation: " + name + " LO = …");
        }
        return ElementDictionary.vrOf(tag, null);
    }

    private static List<String> values(String name, VR vr, String text) throws Problem {
        ValueRule rule = ValueRule.of(vr);
        if (rule == null) {
            throw new Problem(name + " has the value representation " + vr + ", which a template cannot contain");
        }
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> values = rule.multiple() ? List.of(text.split("\\\\", -1)) : List.of(text);
        for (String value : values) {
            if (!value.isEmpty() && !rule.test().test(value)) {
                throw new Problem(name + " (" + vr + ") must be " + rule.form() + ": '" + value + "'");
            }
        }
        return values;
    }

    /** PS3.5 7.8.1: a private attribute needs a block that its private creator has reserved. */
    private void checkCreators() {
        lineOfTag.forEach((tag, number) -> {
            int element = tag & 0xffff;
            if (isPrivate(tag) && element >= 0x1000) {
                int creator = (tag & 0xffff_0000) | (element >>> 8);
                if (!lineOfTag.containsKey(creator)) {
                    report(number, spelled(tag) + " needs its private creator: " + spelled(creator) + " LO = …");
                }
            }
        });
    }

    /** Characters that the Specific Character Set does not contain would become question marks. */
    private void checkCharacters() {
        List<String> sets = entries.stream()
                .filter(entry -> entry.tag() == Tag.SpecificCharacterSet)
                .findFirst()
                .map(Template.Entry::values)
                .orElse(List.of("ISO_IR 192"));
        for (String set : sets) {
            if (!set.isEmpty() && !CHARACTER_SET.matcher(set).matches()) {
                report(
                        lineOf(Tag.SpecificCharacterSet),
                        "'" + set + "' is not a Specific Character Set (PS3.3 C.12.1.1.2)");
                return;
            }
        }
        SpecificCharacterSet characters = SpecificCharacterSet.valueOf(sets.toArray(String[]::new));
        for (Template.Entry entry : entries) {
            boolean free = entry.vr().useSpecificCharacterSet();
            SpecificCharacterSet used = free ? characters : SpecificCharacterSet.ASCII;
            String text = String.join("\\", entry.values());
            if (!used.decode(used.encode(text, DELIMITERS)).equals(text)) {
                report(
                        lineOf(entry.tag()),
                        spelled(entry.tag()) + " contains characters that " + (free ? String.join("\\", sets) : "ASCII")
                                + " does not contain");
            }
        }
    }

    private int lineOf(int tag) {
        return lineOfTag.getOrDefault(tag, 1);
    }

    private void report(int number, String problem) {
        problems.add(file + ":" + number + ": " + problem);
    }

    private static boolean isPrivate(int tag) {
        return (tag >>> 16 & 1) == 1;
    }

    private static String spelled(int tag) {
        return String.format(Locale.ROOT, "(%04x,%04x)", tag >>> 16, tag & 0xffff);
    }

    private static String withoutByteOrderMark(String line) {
        return line.startsWith("\ufeff") ? line.substring(1) : line;
    }

    /** A problem in one line. */
    private static final class Problem extends Exception {
        private static final long serialVersionUID = 1;

        private final String what;

        Problem(String what) {
            super(what);
            this.what = what;
        }
    }
}
