package org.dicomgateway.transform;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.TextEncoding;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.rewrite.ValueRules;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.Uid;

/** Which values are what their attribute is for by the standard: only such a value is kept. */
final class KeptValues {

    /** The dictionary gives one of the types that such an attribute can have (PS3.6), and the instance has another. */
    private static final Set<String> PIXEL_TYPES = Set.of("US", "SS", "OW", "OB");

    private KeptValues() {}

    /**
     * Whether an element has the type of its attribute, and values of that type (PS3.5 6.2).
     *
     * @param bigEndian the byte order of its numbers
     */
    static boolean isRight(Element element, TextEncoding encoding, boolean bigEndian) {
        String vr = Dictionary.valueRepresentation(element.tag());
        boolean expected = element.vr().equals(vr) || (PIXEL_TYPES.contains(vr) && PIXEL_TYPES.contains(element.vr()));
        if (!expected || element.isSequence() || element.fragments() || vr.equals("UN")) {
            return false;
        }
        return switch (vr) {
            case "US", "SS", "OW", "OB", "UL", "SL", "FL", "UV", "SV", "FD" ->
                element.value().length % bytes(element.vr()) == 0;
            case "AT" -> areTags(element.value(), bigEndian);
            case "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI" -> isWellFormed(element, vr);
            default -> isText(element, vr, encoding);
        };
    }

    /** The length of one number. What is not a whole number of them is something else. */
    private static int bytes(String vr) {
        return switch (vr) {
            case "UL", "SL", "FL" -> 4;
            case "UV", "SV", "FD" -> 8;
            default -> 2;
        };
    }

    /** Whether all are tags of the standard. Private attributes do not stay, so nothing can point to them. */
    private static boolean areTags(byte[] value, boolean bigEndian) {
        if (value.length % Integer.BYTES != 0) {
            return false;
        }
        for (int i = 0; i < value.length; i += Integer.BYTES) {
            int tag = u16(value, i, bigEndian) << 16 | u16(value, i + 2, bigEndian);
            if (Dictionary.valueRepresentation(tag).equals("UN")) {
                return false;
            }
        }
        return true;
    }

    private static int u16(byte[] value, int offset, boolean bigEndian) {
        int first = value[offset] & 0xFF;
        int second = value[offset + 1] & 0xFF;
        return bigEndian ? first << 8 | second : second << 8 | first;
    }

    /** Whether each value of an element of ASCII text is one of this type. */
    static boolean isWellFormed(Element element, String vr) {
        return values(element).stream()
                .allMatch(value -> vr.equals("UI")
                        ? value.isEmpty() || Uid.isValid(value)
                        : ValueRules.problem(vr, value).isEmpty());
    }

    /** Not longer than its type can be, and without an escape into a character set that the instance does not name. */
    private static boolean isText(Element element, String vr, TextEncoding encoding) {
        try {
            return texts(encoding.decode(element), vr)
                    .allMatch(value -> ValueRules.problem(vr, value).isEmpty());
        } catch (UntransformableException e) {
            return false;
        }
    }

    /** The values of a decoded text, without padding. */
    static Stream<String> texts(String decoded, String vr) {
        return Stream.of(ValueRules.isMultiple(vr) ? decoded.split("\\\\", -1) : new String[] {decoded})
                .map(KeptValues::trimmed);
    }

    /** The values of an element of ASCII text, without padding; none when it is empty. */
    static List<String> values(Element element) {
        String text = trimmed(new String(element.value(), StandardCharsets.ISO_8859_1));
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split("\\\\", -1)).map(KeptValues::trimmed).toList();
    }

    static String trimmed(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        return text.substring(0, end).stripLeading();
    }
}
