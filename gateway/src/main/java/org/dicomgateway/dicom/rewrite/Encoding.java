package org.dicomgateway.dicom.rewrite;

import java.util.BitSet;
import org.dicomgateway.dicom.values.TransferSyntax;

/** How elements are encoded: with or without value representations, and in which byte order (PS3.5 7.1, 7.3). */
record Encoding(boolean explicit, boolean bigEndian) {

    /** What a value of representation UN and undefined length is encoded in (PS3.5 6.2.2). */
    static final Encoding IMPLICIT = new Encoding(false, false);

    private static final BitSet SHORT_LENGTH = new BitSet();

    static {
        String vrs = "AEASATCSDADSDTFDFLISLOLTPNSHSLSSSTTMUIULUS";
        for (int i = 0; i < vrs.length(); i += 2) {
            SHORT_LENGTH.set(vrs.charAt(i) << 8 | vrs.charAt(i + 1));
        }
    }

    static Encoding of(TransferSyntax syntax) {
        return new Encoding(
                !syntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN),
                syntax.equals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN));
    }

    /** Whether the length of this representation has two bytes (PS3.5 7.1.2). */
    static boolean hasShortLength(String vr) {
        return SHORT_LENGTH.get(vr.charAt(0) << 8 | vr.charAt(1));
    }
}
