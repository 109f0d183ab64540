package org.dicomgateway.transcode;

import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * The header of one compressed frame: JPEG (ISO/IEC 10918-1), JPEG-LS (14495-1) or JPEG 2000 (15444-1). It is compared
 * with the attributes before a program gets the frame, and after one made it: size, samples, bits, without loss, and
 * complete to the marker at its end.
 */
final class Codestream {

    private static final int SOI = 0xFFD8;
    private static final int EOI = 0xFFD9;
    private static final int SOS = 0xFFDA;
    private static final int SOF_LOSSLESS = 0xFFC3;
    private static final int SOF_JPEG_LS = 0xFFF7;
    private static final int SOC = 0xFF4F;
    private static final int SIZ = 0xFF51;
    private static final int COD = 0xFF52;
    private static final int SOT = 0xFF90;
    private static final int REVERSIBLE = 1;

    private final byte[] bytes;
    private final int length;
    private final PixelFormat format;
    private int at;

    private Codestream(byte[] bytes, int length, PixelFormat format) {
        this.bytes = bytes;
        this.length = length;
        this.format = format;
    }

    /** @throws UntransformableException when it is not what the attributes say, or with loss, or cut off */
    static void check(byte[] bytes, int length, PixelFormat format, TransferSyntax syntax)
            throws UntransformableException {
        Codestream codestream = new Codestream(bytes, length, format);
        codestream.end();
        if (syntax.equals(TranscodeSettings.JPEG_2000)) {
            codestream.jpeg2000();
        } else if (syntax.equals(TranscodeSettings.JPEG_LS)) {
            codestream.jpeg(SOF_JPEG_LS, false);
        } else {
            codestream.jpeg(SOF_LOSSLESS, syntax.equals(TranscodeSettings.JPEG_FIRST_ORDER));
        }
    }

    private void end() throws UntransformableException {
        int end = length;
        while (end > 2 && bytes[end - 1] == 0) {
            end--;
        }
        if (end < 2 || (bytes[end - 2] & 0xFF) != 0xFF || (bytes[end - 1] & 0xFF) != 0xD9) {
            throw wrong("it is cut off: the marker at its end is missing");
        }
    }

    private void jpeg(int frameHeader, boolean firstOrder) throws UntransformableException {
        expect(u16() == SOI, "it does not begin as JPEG does");
        boolean framed = false;
        while (true) {
            int marker = u16();
            expect(marker >>> 8 == 0xFF && marker != EOI, "its header is damaged");
            int next = at + u16();
            if (marker == frameHeader) {
                expect(!framed, "it has two headers");
                framed = true;
                int precision = u8();
                size(u16(), u16(), u8());
                precision(precision);
            } else if (isFrameHeader(marker)) {
                throw wrong("it is compressed in another way than its transfer syntax says");
            } else if (marker == SOS) {
                expect(framed, "its header is missing");
                scan(frameHeader, firstOrder);
                return;
            }
            at = next;
        }
    }

    private static boolean isFrameHeader(int marker) {
        boolean table = marker == 0xFFC4 || marker == 0xFFC8 || marker == 0xFFCC;
        return (marker >= 0xFFC0 && marker <= 0xFFCF && !table) || marker == SOF_JPEG_LS;
    }

    /** JPEG: Ss is the predictor, Al a shift; JPEG-LS: NEAR is in the place of Ss. */
    private void scan(int frameHeader, boolean firstOrder) throws UntransformableException {
        int components = u8();
        at += 2 * components;
        int selection = u8();
        u8();
        int shift = u8() & 0x0F;
        expect(shift == 0 && (frameHeader != SOF_JPEG_LS || selection == 0), "it is compressed with loss");
        expect(!firstOrder || selection == 1, "it has another predictor than its transfer syntax says");
    }

    private void jpeg2000() throws UntransformableException {
        expect(u16() == SOC && u16() == SIZ, "it does not begin as a JPEG 2000 codestream does");
        int next = at + u16();
        u16();
        long width = u32();
        long height = u32();
        long left = u32();
        long top = u32();
        expect(left == 0 && top == 0, "its image has an offset");
        for (int tile = 0; tile < 4; tile++) {
            u32();
        }
        size(height, width, u16());
        for (int component = 0; component < format.samples(); component++) {
            int depth = u8();
            expect(depth >>> 7 == (format.signed() ? 1 : 0), "it has another sign than its pixels");
            precision((depth & 0x7F) + 1);
            int across = u8();
            int down = u8();
            expect(across == 1 && down == 1, "its colours are subsampled");
        }
        at = next;
        codingStyle();
    }

    private void codingStyle() throws UntransformableException {
        while (true) {
            int marker = u16();
            expect(marker >>> 8 == 0xFF && marker != SOT, "it says nothing about how it is coded");
            int next = at + u16();
            if (marker == COD) {
                at += 4;
                boolean transformed = u8() == 1;
                at += 4;
                expect(u8() == REVERSIBLE, "it is compressed with loss");
                expect(
                        !format.photometric().equals("YBR_RCT") || transformed,
                        "it has other colours than its Photometric Interpretation says");
                return;
            }
            at = next;
        }
    }

    private void size(long height, long width, int components) throws UntransformableException {
        expect(
                height == format.rows() && width == format.columns() && components == format.samples(),
                "it says " + width + " x " + height + " with " + components + " samples, and the attributes say "
                        + format.columns() + " x " + format.rows() + " with " + format.samples());
    }

    private void precision(int bits) throws UntransformableException {
        expect(
                bits >= format.bitsStored() && bits <= format.bitsAllocated(),
                "it has " + bits + " bits, and the attributes say " + format.bitsStored() + " of "
                        + format.bitsAllocated());
    }

    private int u8() throws UntransformableException {
        expect(at < length, "it ends within its header");
        return bytes[at++] & 0xFF;
    }

    private int u16() throws UntransformableException {
        return u8() << 8 | u8();
    }

    private long u32() throws UntransformableException {
        return (long) u16() << 16 | u16();
    }

    private static void expect(boolean right, String otherwise) throws UntransformableException {
        if (!right) {
            throw wrong(otherwise);
        }
    }

    private static UntransformableException wrong(String what) {
        return new UntransformableException("a compressed frame is not right: " + what);
    }
}
