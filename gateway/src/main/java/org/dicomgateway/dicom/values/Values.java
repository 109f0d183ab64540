package org.dicomgateway.dicom.values;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.aoju.bus.image.galaxy.data.SpecificCharacterSet;

/** Decodes the value of a data element to text (PS3.5 6.2). */
public final class Values {

    /**
     * The character set for a dataset that names none. It contains the default repertoire, and most such senders use
     * it.
     */
    private static final String DEFAULT_CHARACTER_SET = "ISO_IR 100";

    private Values() {}

    /** The character set that Specific Character Set (0008,0005) names. For unknown terms, the default. */
    public static SpecificCharacterSet characterSet(List<String> terms) {
        String[] codes = terms.isEmpty() ? new String[] {DEFAULT_CHARACTER_SET} : terms.toArray(String[]::new);
        // Some writers use the ISO 2022 form also for a single term without code extensions.
        SpecificCharacterSet.trimISO2022(codes);
        return SpecificCharacterSet.valueOf(codes);
    }

    /**
     * The values without padding. Numbers are in decimal, attribute tags as eight hexadecimal digits. Bulk data and
     * sequences have no values.
     */
    public static List<String> decode(byte[] value, int vr, boolean bigEndian, SpecificCharacterSet characterSet) {
        if (value.length == 0) {
            return List.of();
        }
        ByteBuffer numbers = ByteBuffer.wrap(value).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return switch ((char) (vr >> 8) + "" + (char) (vr & 0xFF)) {
            case "LO", "PN", "SH", "UC" -> split(characterSet.decode(value));
            case "LT", "ST", "UT" -> single(characterSet.decode(value));
            case "AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI" -> split(ascii(value));
            case "UR" -> single(ascii(value));
            case "US" -> each(numbers, Short.BYTES, b -> Integer.toString(Short.toUnsignedInt(b.getShort())));
            case "SS" -> each(numbers, Short.BYTES, b -> Short.toString(b.getShort()));
            case "UL" -> each(numbers, Integer.BYTES, b -> Integer.toUnsignedString(b.getInt()));
            case "SL" -> each(numbers, Integer.BYTES, b -> Integer.toString(b.getInt()));
            case "UV" -> each(numbers, Long.BYTES, b -> Long.toUnsignedString(b.getLong()));
            case "SV" -> each(numbers, Long.BYTES, b -> Long.toString(b.getLong()));
            case "FL" -> each(numbers, Float.BYTES, b -> Float.toString(b.getFloat()));
            case "FD" -> each(numbers, Double.BYTES, b -> Double.toString(b.getDouble()));
            case "AT" -> each(numbers, Integer.BYTES, Values::tag);
            case "UN" -> unknown(value, characterSet);
            default -> List.of();
        };
    }

    /** A private attribute in implicit VR can have any type. Bytes that look like text are read as text. */
    private static List<String> unknown(byte[] value, SpecificCharacterSet characterSet) {
        for (byte b : value) {
            boolean control = b >= 0 && b < ' ' && b != '\t' && b != '\r' && b != '\n' && b != '\f' && b != 0x1B;
            if (control && b != 0) {
                return List.of();
            }
        }
        return split(characterSet.decode(value));
    }

    private static List<String> each(ByteBuffer numbers, int size, Function<ByteBuffer, String> decode) {
        List<String> values = new ArrayList<>(numbers.remaining() / size);
        while (numbers.remaining() >= size) {
            values.add(decode.apply(numbers));
        }
        return List.copyOf(values);
    }

    private static String tag(ByteBuffer value) {
        int group = Short.toUnsignedInt(value.getShort());
        return String.format("%04X%04X", group, Short.toUnsignedInt(value.getShort()));
    }

    private static List<String> split(String text) {
        int backslash = text.indexOf('\\');
        if (backslash < 0) {
            return single(trimmed(text));
        }
        List<String> values = new ArrayList<>();
        int start = 0;
        for (; backslash >= 0; backslash = text.indexOf('\\', start)) {
            values.add(trimmed(text.substring(start, backslash)));
            start = backslash + 1;
        }
        values.add(trimmed(text.substring(start)));
        return List.copyOf(values);
    }

    private static List<String> single(String text) {
        String trimmed = text.substring(0, endOf(text));
        return trimmed.isEmpty() ? List.of() : List.of(trimmed);
    }

    private static String trimmed(String text) {
        int end = endOf(text);
        int start = 0;
        while (start < end && text.charAt(start) == ' ') {
            start++;
        }
        return text.substring(start, end);
    }

    /** Padding is blanks, and NUL for UIDs. Some writers use either one in any value. */
    private static int endOf(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        return end;
    }

    private static String ascii(byte[] value) {
        return new String(value, StandardCharsets.ISO_8859_1);
    }
}
