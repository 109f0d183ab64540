package org.dicomgateway.dicom.synthetic;

import org.aoju.bus.image.Tag;
import org.aoju.bus.image.UID;

/** MR Image (PS3.3 A.4): axial slices of a head, T2 weighted, so that the ventricles are bright. */
final class MrImage extends Iod {

    MrImage() {
        super(UID.MRImageStorage, "", "MR", "HEAD", PixelFormat.GRAY_16, new Matrix(256, 256));
    }

    @Override
    void describe(Elements elements, SyntheticInstance image) {
        CrossSection.place(elements, image, 240, 4);
        elements.text(Tag.ImageType, "ORIGINAL", "PRIMARY", "OTHER")
                .text(Tag.ScanningSequence, "SE")
                .text(Tag.SequenceVariant, "SK")
                .empty(Tag.ScanOptions)
                .text(Tag.MRAcquisitionType, "2D")
                .number(Tag.RepetitionTime, 4000)
                .number(Tag.EchoTime, 90)
                .number(Tag.EchoTrainLength, 1)
                .number(Tag.MagneticFieldStrength, 1.5)
                .number(Tag.SpacingBetweenSlices, 4)
                .number(Tag.FlipAngle, 90)
                .text(Tag.ImagedNucleus, "1H")
                .number(Tag.WindowCenter, 600)
                .number(Tag.WindowWidth, 1200);
    }

    @Override
    Picture picture(int step, int variation) {
        double swell = swell(step);
        double skull = 0.5 + 0.15 * swell + 0.0005 * variation;
        double ventricle = 0.04 + 0.08 * swell;
        return Picture.on(10)
                .ellipse(0, 0, skull + 0.08, skull + 0.2, 700)
                .ellipse(0, 0, skull + 0.05, skull + 0.17, 80)
                .ellipse(0, 0, skull, skull + 0.12, 1000)
                .ellipse(0, 0, skull - 0.03, skull + 0.09, 480)
                .ellipse(0, 0, 0.8 * skull, 0.85 * skull, 380)
                .ellipse(-0.13, -0.05, ventricle, 2.4 * ventricle, 1100)
                .ellipse(0.13, -0.05, ventricle, 2.4 * ventricle, 1100)
                .box(0, -0.02, 0.012, skull, 250)
                .ellipse(0.3, 0.002 * variation - 0.1, 0.06 * swell, 0.05 * swell, 850)
                .steps(0, 1200);
    }
}
