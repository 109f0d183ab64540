package org.dicomgateway.dicom.dataset;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.aoju.bus.image.galaxy.data.SpecificCharacterSet;
import org.aoju.bus.image.galaxy.data.StandardDictionary;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Values;

/** The values of a header's attributes, still encoded, in one array. They are decoded only when they are needed. */
final class HeaderValues implements InstanceHeader.Attributes {

    /** Longer values are skipped: no rule uses them. */
    static final int MAX_VALUE = 64 * ByteSize.KIB;

    /** The limit for all values together. Further values are skipped. */
    static final int MAX_TOTAL = ByteSize.MIB;

    private static final int SPECIFIC_CHARACTER_SET = 0x00080005;

    private final boolean bigEndian;
    private int[] tags = new int[128];
    private int[] vrs = new int[128];
    private int[] ends = new int[128];
    private byte[] bytes = new byte[4096];
    private int count;
    private SpecificCharacterSet characterSet = Values.characterSet(List.of());

    HeaderValues(boolean bigEndian) {
        this.bigEndian = bigEndian;
    }

    /** Keeps the current element of the reader, or skips it. */
    void take(ElementReader element) throws IOException {
        int start = end(count - 1);
        if (!element.hasDefinedLengthUpTo(Math.min(MAX_VALUE, MAX_TOTAL - start))) {
            element.skipValue();
            return;
        }
        int end = start + element.length();
        if (count == tags.length) {
            tags = Arrays.copyOf(tags, 2 * count);
            vrs = Arrays.copyOf(vrs, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
        }
        element.readValue(bytes, start);
        tags[count] = element.tag();
        vrs[count] = element.vr();
        ends[count] = end;
        count++;
    }

    /** All values are read: nothing changes from now on. */
    void freeze() {
        characterSet = Values.characterSet(values(SPECIFIC_CHARACTER_SET));
    }

    @Override
    public List<String> values(int tag) {
        for (int i = 0; i < count; i++) {
            if (tags[i] == tag) {
                byte[] value = Arrays.copyOfRange(bytes, end(i - 1), ends[i]);
                return Values.decode(value, vr(i), bigEndian, characterSet);
            }
        }
        return List.of();
    }

    private int end(int index) {
        return index < 0 ? 0 : ends[index];
    }

    /** The encoded VR, or the VR of the dictionary when the encoding has none. */
    private int vr(int index) {
        return vrs[index] != 0
                ? vrs[index]
                : StandardDictionary.INSTANCE.vrOf(tags[index]).code();
    }
}
