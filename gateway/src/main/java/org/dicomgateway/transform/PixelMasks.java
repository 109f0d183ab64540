package org.dicomgateway.transform;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.transform.PixelMask;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.PixelEdit;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/** Fills rectangles of every frame of an image with zeros. For native pixel data of whole bytes. Immutable. */
final class PixelMasks implements PixelEdit {

    private static final int MANUFACTURER = 0x00080070;
    private static final int MODEL = 0x00081090;
    private static final int SAMPLES_PER_PIXEL = 0x00280002;
    private static final int PLANAR_CONFIGURATION = 0x00280006;
    private static final int NUMBER_OF_FRAMES = 0x00280008;
    private static final int ROWS = 0x00280010;
    private static final int COLUMNS = 0x00280011;
    private static final int BITS_ALLOCATED = 0x00280100;

    private final List<PixelMask> rectangles;
    private final int rows;
    private final int pixelBytes;
    private final long rowBytes;
    private final long planes;

    private PixelMasks(List<PixelMask> rectangles, int rows, int columns, int pixelBytes, long planes) {
        this.rectangles = rectangles;
        this.rows = rows;
        this.pixelBytes = pixelBytes;
        this.rowBytes = (long) columns * pixelBytes;
        this.planes = planes;
    }

    /**
     * The masks for an image; empty when there is none for its device and size.
     *
     * @param bigEndian the byte order of its numbers
     * @throws UntransformableException when there are some, and where its pixels are is not certain
     */
    static Optional<PixelMasks> of(List<PixelMask> all, Elements dataset, boolean bigEndian)
            throws UntransformableException {
        List<String> manufacturer = dataset.ascii(MANUFACTURER);
        List<String> model = dataset.ascii(MODEL);
        int rows = number(dataset, ROWS, bigEndian);
        int columns = number(dataset, COLUMNS, bigEndian);
        List<PixelMask> fitting = all.stream()
                .filter(mask -> manufacturer.equals(List.of(mask.manufacturer()))
                        && model.equals(List.of(mask.model()))
                        && rows == mask.rows()
                        && columns == mask.columns())
                .toList();
        if (fitting.isEmpty()) {
            return Optional.empty();
        }
        int samples = number(dataset, SAMPLES_PER_PIXEL, bigEndian);
        int bits = number(dataset, BITS_ALLOCATED, bigEndian);
        int frames = frames(dataset);
        if ((samples != 1 && samples != 3) || (bits != 8 && bits != 16 && bits != 32) || frames < 1) {
            throw new UntransformableException("its pixels are of a kind that cannot be masked");
        }
        boolean byPlane = samples > 1 && number(dataset, PLANAR_CONFIGURATION, bigEndian) == 1;
        int bytes = bits / Byte.SIZE;
        return Optional.of(new PixelMasks(
                fitting, rows, columns, byPlane ? bytes : bytes * samples, (long) frames * (byPlane ? samples : 1)));
    }

    /** A single number of 16 bits; -1 when it is not there. */
    private static int number(Elements dataset, int tag, boolean bigEndian) {
        byte[] value = dataset.get(tag)
                .filter(element -> !element.isSequence() && element.vr().equals("US"))
                .map(Element::value)
                .orElse(new byte[0]);
        if (value.length != 2) {
            return -1;
        }
        int first = value[0] & 0xFF;
        int second = value[1] & 0xFF;
        return bigEndian ? first << 8 | second : second << 8 | first;
    }

    private static int frames(Elements dataset) {
        List<String> values = dataset.ascii(NUMBER_OF_FRAMES);
        try {
            return values.isEmpty() ? 1 : Integer.parseInt(values.get(0).strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** What is made black, for the record. */
    List<String> described() {
        return rectangles.stream()
                .map(each -> "Pixels set to zero: x=" + each.x() + " y=" + each.y() + " width=" + each.width()
                        + " height=" + each.height())
                .toList();
    }

    @Override
    public void check(long length) throws UntransformableException {
        long expected = planes * rows * rowBytes;
        if (length != expected + (expected & 1)) {
            throw new UntransformableException(
                    "its pixel data has another length than its rows, columns and frames say, so it cannot be masked");
        }
    }

    @Override
    public void edit(byte[] bytes, int offset, int count, long position) {
        for (long row = position / rowBytes; row * rowBytes < position + count; row++) {
            int y = (int) (row % rows);
            for (PixelMask mask : rectangles) {
                if (y >= mask.y() && y < mask.y() + mask.height()) {
                    long from = row * rowBytes + (long) mask.x() * pixelBytes - position;
                    long to = from + (long) mask.width() * pixelBytes;
                    int first = offset + (int) Math.max(0, Math.min(count, from));
                    int end = offset + (int) Math.max(0, Math.min(count, to));
                    Arrays.fill(bytes, first, end, (byte) 0);
                }
            }
        }
    }
}
