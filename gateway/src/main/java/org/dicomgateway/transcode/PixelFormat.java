package org.dicomgateway.transcode;

import java.util.Set;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/**
 * What the attributes say about the pixels (PS3.3 C.7.6.3.1). Every combination that is not certainly understood is
 * refused.
 *
 * @param samples per pixel: 1 or 3
 * @param bitsAllocated 8, 16 or 32
 * @param planar whether a frame has one colour after the other
 */
record PixelFormat(
        int rows,
        int columns,
        int samples,
        int bitsAllocated,
        int bitsStored,
        boolean signed,
        String photometric,
        boolean planar,
        int frames) {

    static final int PHOTOMETRIC_INTERPRETATION = 0x00280004;
    static final int PLANAR_CONFIGURATION = 0x00280006;
    private static final int SAMPLES_PER_PIXEL = 0x00280002;
    private static final int NUMBER_OF_FRAMES = 0x00280008;
    private static final int ROWS = 0x00280010;
    private static final int COLUMNS = 0x00280011;
    private static final int BITS_ALLOCATED = 0x00280100;
    private static final int BITS_STORED = 0x00280101;
    private static final int HIGH_BIT = 0x00280102;
    private static final int PIXEL_REPRESENTATION = 0x00280103;

    private static final Set<String> ONE_SAMPLE = Set.of("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR");
    private static final Set<String> THREE_SAMPLES = Set.of("RGB", "YBR_FULL", "YBR_RCT");
    private static final Set<Integer> ALLOCATED = Set.of(8, 16, 32);
    private static final int MOST_FRAMES = 10_000_000;

    /** @throws UntransformableException when they are missing, contradict each other, or are not known */
    static PixelFormat of(Elements attributes, boolean bigEndian) throws UntransformableException {
        int samples = number(attributes, SAMPLES_PER_PIXEL, "Samples per Pixel", bigEndian);
        String photometric = attributes.firstAscii(PHOTOMETRIC_INTERPRETATION);
        if (!(samples == 1 ? ONE_SAMPLE : samples == 3 ? THREE_SAMPLES : Set.<String>of()).contains(photometric)) {
            throw new UntransformableException("its Photometric Interpretation "
                    + (ONE_SAMPLE.contains(photometric) || THREE_SAMPLES.contains(photometric)
                            ? photometric + " does not go with " + samples + " samples"
                            : "is not one that can be transcoded"));
        }
        int allocated = number(attributes, BITS_ALLOCATED, "Bits Allocated", bigEndian);
        int stored = number(attributes, BITS_STORED, "Bits Stored", bigEndian);
        int high = number(attributes, HIGH_BIT, "High Bit", bigEndian);
        int representation = number(attributes, PIXEL_REPRESENTATION, "Pixel Representation", bigEndian);
        if (!ALLOCATED.contains(allocated) || stored < 1 || stored > allocated || high != stored - 1) {
            throw new UntransformableException("its pixels have " + allocated + " bits allocated, " + stored
                    + " stored and high bit " + high + ", which cannot be transcoded");
        }
        int planar = samples == 1 ? 0 : number(attributes, PLANAR_CONFIGURATION, "Planar Configuration", bigEndian);
        if (planar > 1 || representation > 1) {
            throw new UntransformableException("its Planar Configuration or Pixel Representation is not known");
        }
        return new PixelFormat(
                positive(number(attributes, ROWS, "Rows", bigEndian)),
                positive(number(attributes, COLUMNS, "Columns", bigEndian)),
                samples,
                allocated,
                stored,
                representation == 1,
                photometric,
                planar == 1,
                frames(attributes));
    }

    private static int number(Elements attributes, int tag, String name, boolean bigEndian)
            throws UntransformableException {
        return attributes
                .number(tag, bigEndian)
                .orElseThrow(() -> new UntransformableException("it has pixel data, and no " + name));
    }

    private static int positive(int number) throws UntransformableException {
        if (number == 0) {
            throw new UntransformableException("it has pixel data of no rows or no columns");
        }
        return number;
    }

    private static int frames(Elements attributes) throws UntransformableException {
        String text = attributes.firstAscii(NUMBER_OF_FRAMES).strip();
        if (text.isEmpty()) {
            return 1;
        }
        try {
            int frames = Integer.parseInt(text);
            if (frames > 0 && frames <= MOST_FRAMES) {
                return frames;
            }
        } catch (NumberFormatException e) {
            // Reported below, as what is out of range.
        }
        throw new UntransformableException("its Number of Frames is not a number from 1 to " + MOST_FRAMES);
    }

    /** The bytes of one sample. */
    int bytes() {
        return bitsAllocated / Byte.SIZE;
    }

    /** The pixels of one frame. */
    long pixels() {
        return (long) rows * columns;
    }

    /** The bytes of one frame. */
    long frameLength() {
        return pixels() * samples * bytes();
    }

    PixelFormat with(String otherPhotometric, boolean otherPlanar) {
        return new PixelFormat(
                rows, columns, samples, bitsAllocated, bitsStored, signed, otherPhotometric, otherPlanar, frames);
    }

    PixelFormat withFrames(int others) {
        return new PixelFormat(rows, columns, samples, bitsAllocated, bitsStored, signed, photometric, planar, others);
    }

    /** Whether both have the same cells in the same order, whatever they mean. */
    boolean isLaidOutAs(PixelFormat other) {
        return rows == other.rows
                && columns == other.columns
                && samples == other.samples
                && bitsAllocated == other.bitsAllocated
                && signed == other.signed
                && planar == other.planar
                && frames == other.frames;
    }

    /** Writes what differs from the attributes that were read. */
    void describe(Elements attributes, PixelFormat read, boolean bigEndian) {
        if (!photometric.equals(read.photometric)) {
            attributes.putAscii(PHOTOMETRIC_INTERPRETATION, "CS", photometric);
        }
        if (planar != read.planar) {
            byte one = (byte) (planar ? 1 : 0);
            attributes.put(
                    Element.of(PLANAR_CONFIGURATION, "US", bigEndian ? new byte[] {0, one} : new byte[] {one, 0}));
        }
    }
}
