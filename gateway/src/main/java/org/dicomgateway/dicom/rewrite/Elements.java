package org.dicomgateway.dicom.rewrite;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.dicom.values.Values;

/** The data elements of a dataset or an item, by tag. For one thread. */
public final class Elements {

    /** Specific Character Set. */
    public static final int SPECIFIC_CHARACTER_SET = 0x00080005;

    private static final Set<String> NUL_PADDED = Set.of("UI", "OB", "OW", "UN");

    private final TreeMap<Integer, Element> byTag = new TreeMap<>(Integer::compareUnsigned);

    /** Adds the element, or puts it in the place of the one with its tag. */
    public void put(Element element) {
        byTag.put(element.tag(), element);
    }

    /** Adds the element, which is behind all others. False when it is not. */
    boolean append(Element element) {
        if (!byTag.isEmpty() && Integer.compareUnsigned(byTag.lastKey(), element.tag()) >= 0) {
            return false;
        }
        byTag.put(element.tag(), element);
        return true;
    }

    public Optional<Element> get(int tag) {
        return Optional.ofNullable(byTag.get(tag));
    }

    public void remove(int tag) {
        byTag.remove(tag);
    }

    /** The elements in the order of their tags, as they are now. */
    public List<Element> all() {
        return new ArrayList<>(byTag.values());
    }

    Collection<Element> view() {
        return byTag.values();
    }

    /** The same elements, in a dataset that can be changed alone. */
    public Elements copy() {
        Elements copy = new Elements();
        byTag.values().forEach(element -> copy.put(element.copy()));
        return copy;
    }

    boolean isSameAs(Elements other) {
        return byTag.keySet().equals(other.byTag.keySet())
                && byTag.values().stream()
                        .allMatch(element -> other.get(element.tag())
                                .filter(element::isSameAs)
                                .isPresent());
    }

    public boolean isEmpty() {
        return byTag.isEmpty();
    }

    /**
     * The values of an attribute of ASCII text: without padding, not decoded any further. Empty when it is absent, has
     * no value, or is a sequence.
     */
    public List<String> ascii(int tag) {
        return get(tag).filter(element -> !element.isSequence())
                .map(Elements::split)
                .orElse(List.of());
    }

    /** The first value of an attribute of ASCII text, or empty. */
    public String firstAscii(int tag) {
        List<String> values = ascii(tag);
        return values.isEmpty() ? "" : values.get(0);
    }

    private static List<String> split(Element element) {
        return Values.decode(element.value(), 'C' << 8 | 'S', false, Values.characterSet(List.of()));
    }

    /** The tag of the last element. */
    OptionalInt last() {
        return byTag.isEmpty() ? OptionalInt.empty() : OptionalInt.of(byTag.lastKey());
    }

    /** The first value of an attribute of representation US; empty when it is absent or has none. */
    public OptionalInt number(int tag, boolean bigEndian) {
        byte[] value = get(tag).map(Element::value).orElse(new byte[0]);
        if (value.length < 2) {
            return OptionalInt.empty();
        }
        int low = value[bigEndian ? 1 : 0] & 0xFF;
        int high = value[bigEndian ? 0 : 1] & 0xFF;
        return OptionalInt.of(high << 8 | low);
    }

    /** Puts an attribute with ASCII text, padded to an even length. */
    public void putAscii(int tag, String vr, String text) {
        put(Element.of(tag, vr, padded(text.getBytes(StandardCharsets.US_ASCII), vr)));
    }

    /** Pads to an even length (PS3.5 6.2): UIDs and bytes with NUL, other text with a blank. */
    static byte[] padded(byte[] value, String vr) {
        if ((value.length & 1) == 0) {
            return value;
        }
        byte[] even = java.util.Arrays.copyOf(value, value.length + 1);
        even[value.length] = (byte) (NUL_PADDED.contains(vr) ? 0 : ' ');
        return even;
    }
}
