package org.dicomgateway.dicom.synthetic;

import org.aoju.bus.image.Tag;
import org.aoju.bus.image.UID;

/** Computed Radiography Image (PS3.3 A.2): a chest from behind. */
final class RadiographyImage extends Iod {

    private static final double PLATE_WIDTH_MM = 400;

    RadiographyImage() {
        super(UID.ComputedRadiographyImageStorage, "", "CR", "CHEST", PixelFormat.GRAY_16, new Matrix(2048, 2048));
    }

    @Override
    void describe(Elements elements, SyntheticInstance image) {
        double spacing = PLATE_WIDTH_MM / image.matrix().columns();
        elements.text(Tag.ImageType, "ORIGINAL", "PRIMARY")
                .text(Tag.ViewPosition, "PA")
                .text(Tag.PatientOrientation, "L", "F")
                .number(Tag.ImagerPixelSpacing, spacing, spacing)
                .number(Tag.KVP, 125)
                .number(Tag.Exposure, 4)
                .text(Tag.PlateType, "STORAGE PHOSPHOR")
                .number(Tag.WindowCenter, 2048)
                .number(Tag.WindowWidth, 4096);
    }

    @Override
    Picture picture(int step, int variation) {
        double breath = 0.06 * swell(step) + 0.0006 * variation;
        Picture picture = Picture.on(200)
                .ellipse(0, 0.75, 0.88, 1.35, 2300)
                .box(0, -0.75, 0.16, 0.25, 2300)
                .ellipse(-0.4, 0.02, 0.29 + breath, 0.56 + breath, 800)
                .ellipse(0.4, 0.02, 0.29 + breath, 0.56 + breath, 800);
        for (int rib = 0; rib < 6; rib++) {
            double y = -0.4 + 0.16 * rib;
            double width = 0.2 + 0.02 * rib;
            picture.box(-0.4, y, width, 0.02, 1200).box(0.4, y + 0.01, width, 0.02, 1200);
        }
        return picture.ellipse(-0.4, 0.72 + breath, 0.42, 0.3, 2500)
                .ellipse(0.4, 0.76 + breath, 0.42, 0.3, 2400)
                .ellipse(0.16, 0.26, 0.26, 0.26, 2600)
                .box(0, -0.1, 0.07, 0.8, 3100)
                .box(-0.4, -0.58, 0.32, 0.025, 2700)
                .box(0.4, -0.58, 0.32, 0.025, 2700)
                .steps(0, 4095);
    }
}
