package org.dicomgateway.dicom.synthetic;

import org.aoju.bus.image.Tag;
import org.aoju.bus.image.UID;

/** Secondary Capture Image and Multi-frame True Color SC Image (PS3.3 A.8): a test card with a moving disc. */
final class SecondaryCapture extends Iod {

    private static final int[] BARS = {0xc0c0c0, 0xc0c000, 0x00c0c0, 0x00c000, 0xc000c0, 0xc00000, 0x0000c0};

    SecondaryCapture() {
        // There is no modality SC. A picture without a modality has OT, other (PS3.3 C.7.3.1.1.1).
        super(
                UID.SecondaryCaptureImageStorage,
                UID.MultiFrameTrueColorSecondaryCaptureImageStorage,
                "OT",
                "",
                PixelFormat.RGB,
                new Matrix(480, 640));
    }

    @Override
    void describe(Elements elements, SyntheticInstance image) {
        elements.text(Tag.ImageType, "DERIVED", "SECONDARY")
                .text(Tag.ConversionType, "SYN")
                .empty(Tag.PatientOrientation);
    }

    @Override
    Picture picture(int step, int variation) {
        double swing = swell(step);
        Picture picture = Picture.on(0x202830);
        for (int bar = 0; bar < BARS.length; bar++) {
            picture.box(-0.9 + 0.3 * bar, -0.2, 0.15, 0.45, BARS[bar]);
        }
        for (int grey = 0; grey < 8; grey++) {
            picture.box(-0.7 + 0.2 * grey, 0.6, 0.1, 0.15, 0x242424 * grey);
        }
        return picture.ellipse(-0.7 + 1.4 * swing, 0, 0.25, 0.25, 0xffffff)
                .ellipse(-0.7 + 1.4 * swing, 0, 0.2, 0.2, 0x102040 + 0x010101 * variation);
    }
}
