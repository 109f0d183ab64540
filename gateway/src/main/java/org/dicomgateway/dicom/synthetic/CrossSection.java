package org.dicomgateway.dicom.synthetic;

import org.aoju.bus.image.Tag;

/** The modules that place a slice in the patient: General Series, Frame of Reference, Image Plane (PS3.3 C.7.6.2). */
final class CrossSection {

    private CrossSection() {}

    /** An axial slice of a stack from feet to head, centred on the axis, {@code field} mm wide. Lengths in mm. */
    static void place(Elements elements, SyntheticInstance image, double field, double thickness) {
        Matrix matrix = image.matrix();
        double spacing = field / Math.max(matrix.rows(), matrix.columns());
        double z = (image.place().instance() - 1) * thickness;
        elements.text(Tag.PatientPosition, "HFS")
                .text(Tag.FrameOfReferenceUID, image.frameOfReference().value())
                .empty(Tag.PositionReferenceIndicator)
                .number(Tag.PixelSpacing, spacing, spacing)
                .number(Tag.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
                .number(
                        Tag.ImagePositionPatient,
                        -spacing * (matrix.columns() - 1) / 2,
                        -spacing * (matrix.rows() - 1) / 2,
                        z)
                .number(Tag.SliceThickness, thickness)
                .number(Tag.SliceLocation, z);
    }
}
