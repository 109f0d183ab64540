package org.dicomgateway.dicom.synthetic;

import org.aoju.bus.image.Tag;
import org.aoju.bus.image.UID;

/** Digital Mammography X-Ray Image, for presentation (PS3.3 A.27): L and R, cranio-caudal and oblique, in turn. */
final class MammographyImage extends Iod {

    private static final double IMAGER_WIDTH_MM = 240;

    MammographyImage() {
        super(
                UID.DigitalMammographyXRayImageStorageForPresentation,
                "",
                "MG",
                "BREAST",
                PixelFormat.GRAY_16,
                new Matrix(2560, 2048));
    }

    @Override
    void describe(Elements elements, SyntheticInstance image) {
        int step = image.place().instance() - 1;
        boolean left = isLeft(step);
        boolean oblique = isOblique(step);
        double spacing = IMAGER_WIDTH_MM / image.matrix().columns();
        elements.text(Tag.ImageType, "ORIGINAL", "PRIMARY")
                .text(Tag.PresentationIntentType, "FOR PRESENTATION")
                .text(Tag.ImageLaterality, left ? "L" : "R")
                .text(Tag.PatientOrientation, left ? "A" : "P", oblique ? (left ? "FR" : "FL") : (left ? "R" : "L"))
                .text(Tag.PositionerType, "MAMMOGRAPHIC")
                .text(Tag.OrganExposed, "BREAST")
                .text(Tag.BreastImplantPresent, "NO")
                .text(Tag.DetectorType, "DIRECT")
                .number(Tag.ImagerPixelSpacing, spacing, spacing)
                .number(Tag.KVP, 28)
                .number(Tag.BodyPartThickness, 55)
                .text(Tag.PixelIntensityRelationship, "LOG")
                .number(Tag.PixelIntensityRelationshipSign, 1)
                .number(Tag.RescaleIntercept, 0)
                .number(Tag.RescaleSlope, 1)
                .text(Tag.RescaleType, "US")
                .text(Tag.PresentationLUTShape, "IDENTITY")
                .number(Tag.WindowCenter, 2048)
                .number(Tag.WindowWidth, 4096)
                .empty(Tag.AcquisitionContextSequence)
                .snomed(Tag.AnatomicRegionSequence, "76752008", "Breast");
        Elements view = elements.item(Tag.ViewCodeSequence)
                .text(Tag.CodeValue, oblique ? "399368009" : "399162004")
                .text(Tag.CodingSchemeDesignator, "SCT")
                .text(Tag.CodeMeaning, oblique ? "medio-lateral oblique" : "cranio-caudal");
        view.empty(Tag.ViewModifierCodeSequence);
    }

    @Override
    Picture picture(int step, int variation) {
        double side = isLeft(step) ? 1 : -1;
        double wall = -1.4 * side;
        double size = 1.7 + 0.003 * variation;
        Picture picture = Picture.on(60);
        if (isOblique(step)) {
            picture.ellipse(wall, -1.2, 0.75, 1.5, 2900);
        }
        picture.ellipse(wall, 0.1, size, 0.85, 900)
                .ellipse(wall, 0.1, size - 0.05, 0.8, 1300)
                .ellipse(wall + 0.75 * side, 0.1, 0.45, 0.42, 2000)
                .ellipse(wall + 0.9 * side, 0.0, 0.28, 0.2, 2500)
                .ellipse(wall + 0.6 * side, 0.3, 0.16, 0.12, 2400)
                .ellipse(wall + 0.7 * side, 0.005 * variation - 0.1, 0.07, 0.07, 3300);
        for (int i = 0; i < 5; i++) {
            picture.ellipse(wall + (0.85 + 0.03 * (i % 3)) * side, 0.22 + 0.035 * (i % 2), 0.008, 0.008, 4000);
        }
        return picture.steps(0, 4095);
    }

    private static boolean isLeft(int step) {
        return step % 2 == 0;
    }

    private static boolean isOblique(int step) {
        return step / 2 % 2 == 1;
    }
}
