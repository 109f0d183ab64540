package org.dicomgateway.dicom.rewrite;

import java.util.Map;
import java.util.Set;
import org.dicomgateway.dicom.values.Dictionary;

/**
 * The value representations (PS3.5 6.2) that a dataset without them has, and the size of the numbers in a value, which
 * have another order of bytes in big endian (PS3.5 7.3).
 */
final class Representations {

    private static final int PIXEL_REPRESENTATION = 0x00280103;

    /** US, or SS when the pixels are signed (PS3.6, PS3.3 C.7.6.3.1). */
    private static final Set<Integer> SIGNED_AS_PIXELS = Set.of(
            0x00189810,
            0x00221452,
            0x00280071,
            0x00280104,
            0x00280105,
            0x00280106,
            0x00280107,
            0x00280108,
            0x00280109,
            0x00280110,
            0x00280111,
            0x00280120,
            0x00280121,
            0x00281100,
            0x00281101,
            0x00281102,
            0x00281103,
            0x00281111,
            0x00281112,
            0x00281113,
            0x00283002,
            0x00409211,
            0x00409216,
            0x00603004,
            0x00603006);

    private static final Map<String, Integer> WORDS = Map.ofEntries(
            Map.entry("AT", 2),
            Map.entry("OW", 2),
            Map.entry("SS", 2),
            Map.entry("US", 2),
            Map.entry("FL", 4),
            Map.entry("OF", 4),
            Map.entry("OL", 4),
            Map.entry("SL", 4),
            Map.entry("UL", 4),
            Map.entry("FD", 8),
            Map.entry("OD", 8),
            Map.entry("OV", 8),
            Map.entry("SV", 8),
            Map.entry("UV", 8));

    private static final Set<String> BYTES = Set.of(
            "AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "OB", "PN", "SH", "ST", "TM", "UC", "UI", "UN", "UR",
            "UT");

    private Representations() {}

    /**
     * The representation of an attribute that was encoded without one.
     *
     * @param known the one by the dictionary; pixel data, overlays and waveforms are OW there, as in implicit VR
     * @param signed whether Pixel Representation says that pixels are signed, beside it or around it
     */
    static String of(int tag, String known, boolean signed) {
        return SIGNED_AS_PIXELS.contains(tag) ? (signed ? "SS" : "US") : known;
    }

    /** Whether pixels are signed; what is around decides when the attribute is not there. */
    static boolean signed(Elements beside, boolean bigEndian, boolean around) {
        return beside.number(PIXEL_REPRESENTATION, bigEndian).orElse(around ? 1 : 0) == 1;
    }

    /**
     * How many bytes belong together.
     *
     * @throws UntransformableException when the representation is not known
     */
    static int wordOf(int tag, String vr) throws UntransformableException {
        Integer word = WORDS.get(vr);
        if (word == null && !BYTES.contains(vr)) {
            throw new UntransformableException(Dictionary.format(tag) + " has the unknown value representation " + vr
                    + ", whose order of bytes is" + " not known");
        }
        return word == null ? 1 : word;
    }

    /** Turns each word of an array around. */
    static void swap(byte[] bytes, int length, int word) {
        for (int from = 0; from + word <= length; from += word) {
            for (int low = from, high = from + word - 1; low < high; low++, high--) {
                byte kept = bytes[low];
                bytes[low] = bytes[high];
                bytes[high] = kept;
            }
        }
    }

    /** @throws UntransformableException when it is no whole number of words */
    static void checkWhole(int tag, long length, int word) throws UntransformableException {
        if (length % word != 0) {
            throw new UntransformableException("the value of " + Dictionary.format(tag) + " has " + length
                    + " bytes, which are no whole number of words of " + word + " bytes");
        }
    }
}
