package org.dicomgateway.dicom.rewrite;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.aoju.bus.image.galaxy.data.SpecificCharacterSet;
import org.dicomgateway.dicom.values.Dictionary;

/**
 * The character sets of a dataset (PS3.3 C.12.1.1.2): decodes its text, encodes new text, and converts all of it to
 * Unicode when new text needs that. It guesses nothing: text in an unknown set, or with bytes that its set does not
 * have, is an error.
 */
public final class TextEncoding {

    private static final String UTF_8 = "ISO_IR 192";
    private static final char NOT_DECODED = '\uFFFD';

    /** Terms without code extensions. The first 128 characters of each are those of ASCII. */
    private static final Map<String, String> SINGLE = Map.ofEntries(
            Map.entry("ISO_IR 6", "US-ASCII"),
            Map.entry("ISO_IR 100", "ISO-8859-1"),
            Map.entry("ISO_IR 101", "ISO-8859-2"),
            Map.entry("ISO_IR 109", "ISO-8859-3"),
            Map.entry("ISO_IR 110", "ISO-8859-4"),
            Map.entry("ISO_IR 144", "ISO-8859-5"),
            Map.entry("ISO_IR 127", "ISO-8859-6"),
            Map.entry("ISO_IR 126", "ISO-8859-7"),
            Map.entry("ISO_IR 138", "ISO-8859-8"),
            Map.entry("ISO_IR 148", "ISO-8859-9"),
            Map.entry("ISO_IR 166", "TIS-620"),
            Map.entry("ISO_IR 203", "ISO-8859-15"),
            Map.entry(UTF_8, "UTF-8"),
            Map.entry("GB18030", "GB18030"),
            Map.entry("GBK", "GBK"));

    /** Further terms that the toolkit decodes; values in these stay as they are, or are converted. */
    private static final java.util.Set<String> EXTENDED = java.util.Set.of(
            "ISO_IR 13",
            "ISO 2022 IR 6",
            "ISO 2022 IR 13",
            "ISO 2022 IR 87",
            "ISO 2022 IR 159",
            "ISO 2022 IR 100",
            "ISO 2022 IR 101",
            "ISO 2022 IR 109",
            "ISO 2022 IR 110",
            "ISO 2022 IR 144",
            "ISO 2022 IR 127",
            "ISO 2022 IR 126",
            "ISO 2022 IR 138",
            "ISO 2022 IR 148",
            "ISO 2022 IR 166",
            "ISO 2022 IR 149",
            "ISO 2022 IR 58");

    private final List<String> terms;

    private TextEncoding(List<String> terms) {
        this.terms = terms;
    }

    /** The character sets that a dataset names; of an item that names none, those of what it is in. */
    public static TextEncoding of(Elements elements, Optional<TextEncoding> outer) {
        if (elements.get(Elements.SPECIFIC_CHARACTER_SET).isEmpty() && outer.isPresent()) {
            return outer.get();
        }
        return new TextEncoding(elements.ascii(Elements.SPECIFIC_CHARACTER_SET));
    }

    /** Whether every term is one of the standard. */
    public boolean isKnown() {
        return terms.stream().allMatch(term -> term.isEmpty() || SINGLE.containsKey(term) || EXTENDED.contains(term));
    }

    /**
     * Decodes a value, with its backslashes and padding.
     *
     * @throws UntransformableException when the value has bytes that its character set does not have
     */
    public String decode(Element element) throws UntransformableException {
        byte[] value = element.value();
        if (isAscii(value)) {
            return new String(value, StandardCharsets.US_ASCII);
        }
        if (!element.isText()) {
            throw undecodable(element);
        }
        Optional<Charset> single = single();
        try {
            if (single.isPresent()) {
                return single.get()
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(value))
                        .toString();
            }
        } catch (CharacterCodingException e) {
            throw undecodable(element);
        }
        if (terms.stream().allMatch(String::isEmpty) || !isKnown()) {
            throw undecodable(element);
        }
        String text = SpecificCharacterSet.valueOf(terms.toArray(String[]::new)).decode(value);
        if (text.indexOf(NOT_DECODED) >= 0) {
            throw undecodable(element);
        }
        return text;
    }

    private UntransformableException undecodable(Element element) {
        return new UntransformableException("the text of " + Dictionary.format(element.tag())
                + " is not in the character set that the instance names" + (terms.isEmpty() ? " (none)" : ""));
    }

    /** Bytes of 0x1B begin another character set (PS3.5 6.1.2.5). */
    private boolean isAscii(byte[] value) {
        // In JIS X 0201, two of the 128 are other characters.
        boolean japanese = !terms.isEmpty() && terms.get(0).endsWith("IR 13");
        for (byte b : value) {
            if (b < 0 || b == 0x1B || (japanese && b == '~')) {
                return false;
            }
        }
        return true;
    }

    private Optional<Charset> single() {
        if (terms.size() != 1) {
            return Optional.empty();
        }
        return Optional.ofNullable(SINGLE.get(terms.get(0)))
                .filter(Charset::isSupported)
                .map(Charset::forName);
    }

    /** Encodes new text; empty when the character set does not have all of its characters. */
    public Optional<byte[]> encode(String text, String vr) {
        if (isAsciiText(text)) {
            return Optional.of(Elements.padded(text.getBytes(StandardCharsets.US_ASCII), vr));
        }
        return single().flatMap(charset -> {
            try {
                ByteBuffer encoded = charset.newEncoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .encode(CharBuffer.wrap(text));
                byte[] value = new byte[encoded.remaining()];
                encoded.get(value);
                return Optional.of(Elements.padded(value, vr));
            } catch (CharacterCodingException e) {
                return Optional.empty();
            }
        });
    }

    private boolean isAsciiText(String text) {
        boolean japanese = !terms.isEmpty() && terms.get(0).endsWith("IR 13");
        return text.chars().allMatch(c -> c < 0x80 && c != 0x1B && !(japanese && (c == '~' || c == '\\')));
    }

    /**
     * Converts a dataset with all its items to Unicode.
     *
     * @throws UntransformableException when some text cannot be decoded, or bytes could be text of an unknown kind
     */
    public static void convertToUnicode(Elements dataset) throws UntransformableException {
        convert(dataset, of(dataset, Optional.empty()), true);
    }

    private static String unpadded(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        return text.substring(0, end);
    }

    private static void convert(Elements elements, TextEncoding from, boolean whole) throws UntransformableException {
        for (Element element : elements.all()) {
            if (element.items() != null) {
                List<Elements> items = new ArrayList<>(element.itemsOrNone());
                for (Elements item : items) {
                    convert(item, of(item, Optional.of(from)), false);
                }
            } else if (element.isText()) {
                elements.put(Element.of(
                        element.tag(),
                        element.vr(),
                        Elements.padded(
                                unpadded(from.decode(element)).getBytes(StandardCharsets.UTF_8), element.vr())));
            } else if (element.vr().equals("UN") && !from.isAscii(element.value())) {
                throw new UntransformableException("a new value needs another character set, and " + element
                        + " could be text that cannot be converted");
            }
        }
        if (whole) {
            elements.putAscii(Elements.SPECIFIC_CHARACTER_SET, "CS", UTF_8);
        } else {
            elements.remove(Elements.SPECIFIC_CHARACTER_SET);
        }
    }
}
