package org.dicomgateway.dicom.synthetic;

import org.aoju.bus.image.Tag;
import org.aoju.bus.image.UID;

/** CT Image (PS3.3 A.3): axial slices of a chest. A stored value is the Hounsfield number plus 1024. */
final class CtImage extends Iod {

    private static final int OFFSET = 1024;

    CtImage() {
        super(UID.CTImageStorage, "", "CT", "CHEST", PixelFormat.GRAY_16, new Matrix(512, 512));
    }

    @Override
    void describe(Elements elements, SyntheticInstance image) {
        CrossSection.place(elements, image, 380, 2.5);
        elements.text(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL")
                .number(Tag.RescaleIntercept, -OFFSET)
                .number(Tag.RescaleSlope, 1)
                .text(Tag.RescaleType, "HU")
                .number(Tag.KVP, 120)
                .number(Tag.XRayTubeCurrent, 200)
                .number(Tag.ExposureTime, 500)
                .number(Tag.GantryDetectorTilt, 0)
                .number(Tag.ReconstructionDiameter, 380)
                .text(Tag.ConvolutionKernel, "STANDARD")
                .number(Tag.WindowCenter, 40)
                .number(Tag.WindowWidth, 400);
    }

    @Override
    Picture picture(int step, int variation) {
        double swell = swell(step);
        double build = 0.78 + 0.001 * variation;
        double lung = 0.15 + 0.12 * swell;
        return Picture.on(hounsfield(-1000))
                .ellipse(0, 0, build, 0.62, hounsfield(-100))
                .ellipse(0, 0, build - 0.06, 0.55, hounsfield(50))
                .ellipse(-0.36, -0.05, lung, 1.35 * lung, hounsfield(-850))
                .ellipse(0.36, -0.05, lung, 1.35 * lung, hounsfield(-850))
                .ellipse(0.08, -0.12, 0.1 + 0.1 * swell, 0.12 + 0.08 * swell, hounsfield(120))
                .ellipse(0, 0.36, 0.11, 0.1, hounsfield(700))
                .ellipse(0, 0.36, 0.05, 0.045, hounsfield(200))
                .ellipse(-0.1, 0.2, 0.04, 0.04, hounsfield(180))
                .ellipse(-0.36 + 0.001 * variation, 0.05, 0.05 * swell, 0.05 * swell, hounsfield(30))
                .steps(hounsfield(-160), hounsfield(240));
    }

    private static int hounsfield(int number) {
        return number + OFFSET;
    }
}
