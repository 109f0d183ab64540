package org.dicomgateway.dicom.synthetic;

import org.aoju.bus.image.Tag;
import org.aoju.bus.image.UID;

/** Ultrasound Image and Ultrasound Multi-frame Image (PS3.3 A.6, A.7): a sector with a cyst that grows and shrinks. */
final class UltrasoundImage extends Iod {

    /** PS3.3 C.8.5.5.1: a tissue image in two dimensions, measured in centimetres. */
    private static final int SPATIAL_2D = 1;

    private static final int TISSUE = 1;
    private static final int CENTIMETRES = 3;
    private static final double DEPTH_CM = 16;

    UltrasoundImage() {
        super(
                UID.UltrasoundImageStorage,
                UID.UltrasoundMultiFrameImageStorage,
                "US",
                "ABDOMEN",
                PixelFormat.GRAY_8,
                new Matrix(600, 800));
    }

    @Override
    void describe(Elements elements, SyntheticInstance image) {
        Matrix matrix = image.matrix();
        double delta = DEPTH_CM / matrix.rows();
        elements.text(Tag.ImageType, "ORIGINAL", "PRIMARY", "ABDOMINAL", "0001")
                .empty(Tag.PatientOrientation)
                .number(Tag.WindowCenter, 128)
                .number(Tag.WindowWidth, 256);
        elements.item(Tag.SequenceOfUltrasoundRegions)
                .number(Tag.RegionSpatialFormat, SPATIAL_2D)
                .number(Tag.RegionDataType, TISSUE)
                .number(Tag.RegionFlags, 0)
                .number(Tag.RegionLocationMinX0, 0)
                .number(Tag.RegionLocationMinY0, 0)
                .number(Tag.RegionLocationMaxX1, matrix.columns() - 1)
                .number(Tag.RegionLocationMaxY1, matrix.rows() - 1)
                .number(Tag.PhysicalUnitsXDirection, CENTIMETRES)
                .number(Tag.PhysicalUnitsYDirection, CENTIMETRES)
                .number(Tag.PhysicalDeltaX, delta)
                .number(Tag.PhysicalDeltaY, delta);
    }

    @Override
    Picture picture(int step, int variation) {
        double breath = 0.12 * swell(step);
        double shift = 0.003 * variation;
        return Picture.on(0)
                .fan(-0.95, 1.75, 0.75, 90)
                .fan(-0.95, 0.9, 0.75, 110)
                .fan(-0.95, 0.5, 0.75, 130)
                .fan(-0.95, 0.12, 0.75, 20)
                .ellipse(-0.2 + shift, -0.05 + breath, 0.24, 0.18, 200)
                .ellipse(-0.2 + shift, -0.05 + breath, 0.21, 0.15, 8)
                .ellipse(0.25, 0.2 - breath, 0.16 + breath, 0.1, 160)
                .ellipse(0.25, 0.2 - breath, 0.07, 0.04 + 0.3 * breath, 220)
                .ellipse(0.02, 0.55, 0.4, 0.02, 230)
                .steps(0, 255);
    }
}
