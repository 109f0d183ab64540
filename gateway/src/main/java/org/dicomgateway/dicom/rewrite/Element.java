package org.dicomgateway.dicom.rewrite;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.Dictionary;
import org.jspecify.annotations.Nullable;

/** One data element (PS3.5 7.1): a value, as encoded, or the items of a sequence. Nobody may change its array. */
public final class Element {

    private static final byte[] NONE = {};
    private static final Set<String> TEXT = Set.of("LO", "LT", "PN", "SH", "ST", "UC", "UT");

    private final int tag;
    private final String vr;
    private final byte[] value;
    private final @Nullable List<Elements> items;
    private final boolean fragments;

    private Element(int tag, String vr, byte[] value, @Nullable List<Elements> items, boolean fragments) {
        this.tag = tag;
        this.vr = vr;
        this.value = value;
        this.items = items;
        this.fragments = fragments;
    }

    /** An element with an encoded value. */
    public static Element of(int tag, String vr, byte[] value) {
        return new Element(tag, vr, value, null, false);
    }

    /** A sequence. */
    public static Element sequence(int tag, String vr, List<Elements> items) {
        return new Element(tag, vr, NONE, List.copyOf(items), false);
    }

    /** A value of undefined length that holds fragments (PS3.5 A.4), without the delimiter at its end. */
    static Element ofFragments(int tag, String vr, byte[] value) {
        return new Element(tag, vr, value, null, true);
    }

    /** Group and number. */
    public int tag() {
        return tag;
    }

    /** The encoded value representation; without one, that of the dictionary, UN when it has none. */
    public String vr() {
        return vr;
    }

    /** As encoded, in the byte order of the dataset, with its padding; empty for a sequence. */
    public byte[] value() {
        return value;
    }

    /** The items of a sequence; null when it is none. */
    public @Nullable List<Elements> items() {
        return items;
    }

    /** Whether the value has undefined length and holds fragments (PS3.5 A.4). */
    public boolean fragments() {
        return fragments;
    }

    /** Whether it is a sequence of items. */
    public boolean isSequence() {
        return items != null;
    }

    /** The items; none when it is no sequence. */
    public List<Elements> itemsOrNone() {
        return items == null ? List.of() : items;
    }

    /** Whether it is the same element with the same value, and the same items. */
    public boolean isSameAs(Element other) {
        List<Elements> here = itemsOrNone();
        List<Elements> there = other.itemsOrNone();
        return tag == other.tag
                && vr.equals(other.vr)
                && fragments == other.fragments
                && isSequence() == other.isSequence()
                && Arrays.equals(value, other.value)
                && here.size() == there.size()
                && IntStream.range(0, here.size()).allMatch(i -> here.get(i).isSameAs(there.get(i)));
    }

    /** The same element, whose items can be changed alone. */
    Element copy() {
        return isSequence()
                ? sequence(tag, vr, itemsOrNone().stream().map(Elements::copy).toList())
                : this;
    }

    /** Whether its bytes depend on the Specific Character Set (PS3.5 6.1.2.3). */
    public boolean isText() {
        return TEXT.contains(vr);
    }

    /** Whether its group is odd: it is private (PS3.5 7.8). */
    public static boolean isPrivate(int tag) {
        return (tag >>> 16 & 1) == 1;
    }

    /** Whether it reserves a block for a private creator (PS3.5 7.8.1). */
    public static boolean isPrivateCreator(int tag) {
        int element = tag & 0xFFFF;
        return isPrivate(tag) && element >= 0x10 && element <= 0xFF;
    }

    /** The tag, without the value. */
    @Override
    public String toString() {
        return Dictionary.format(tag);
    }
}
