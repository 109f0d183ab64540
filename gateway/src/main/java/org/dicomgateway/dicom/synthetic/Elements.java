package org.dicomgateway.dicom.synthetic;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.ElementDictionary;
import org.aoju.bus.image.galaxy.data.VR;

/** A dataset that is being built. Finds the value representation (VR) of each value in the dictionary. */
record Elements(Attributes attributes) {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmss", Locale.ROOT);
    /** Enough for a micrometre, and within the 16 characters of a DS. */
    private static final int DECIMALS = 6;

    Elements text(int tag, String... values) {
        attributes.setString(tag, vr(tag), values);
        return this;
    }

    Elements number(int tag, double... values) {
        switch (vr(tag)) {
            case DS ->
                attributes.setString(
                        tag,
                        VR.DS,
                        Arrays.stream(values).mapToObj(Elements::decimal).toArray(String[]::new));
            case FD, FL -> attributes.setDouble(tag, vr(tag), values);
            default ->
                attributes.setInt(
                        tag,
                        vr(tag),
                        Arrays.stream(values).mapToInt(value -> (int) value).toArray());
        }
        return this;
    }

    Elements moment(int dateTag, int timeTag, LocalDateTime moment) {
        return text(dateTag, DATE.format(moment)).text(timeTag, TIME.format(moment));
    }

    Elements empty(int... tags) {
        for (int tag : tags) {
            attributes.setNull(tag, vr(tag));
        }
        return this;
    }

    /** A new item at the end of a sequence. */
    Elements item(int tag) {
        var sequence = attributes.getSequence(tag);
        if (sequence == null) {
            sequence = attributes.newSequence(tag, 1);
        }
        Attributes item = new Attributes();
        sequence.add(item);
        return new Elements(item);
    }

    /** One coded entry (PS3.3 8.8), from SNOMED CT. */
    Elements snomed(int tag, String value, String meaning) {
        item(tag)
                .text(Tag.CodeValue, value)
                .text(Tag.CodingSchemeDesignator, "SCT")
                .text(Tag.CodeMeaning, meaning);
        return this;
    }

    private static VR vr(int tag) {
        return ElementDictionary.vrOf(tag, null);
    }

    private static String decimal(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(DECIMALS, RoundingMode.HALF_EVEN);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
