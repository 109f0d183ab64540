package org.dicomgateway.dicom.synthetic;

/** The kinds of image that can be generated. */
public enum Modality {
    /** Computed tomography: axial slices, 16 bit, in Hounsfield units. */
    CT,
    /** Magnetic resonance: axial slices of a head, 16 bit. */
    MR,
    /** Digital mammography for presentation: both breasts, two views, 16 bit. */
    MG,
    /** Computed radiography: a chest, 16 bit. */
    CR,
    /** Ultrasound: a sector, 8 bit, one frame or a clip. */
    US,
    /** Secondary capture: a test card, RGB, one frame or a clip. */
    SC;

    Iod iod() {
        return switch (this) {
            case CT -> new CtImage();
            case MR -> new MrImage();
            case MG -> new MammographyImage();
            case CR -> new RadiographyImage();
            case US -> new UltrasoundImage();
            case SC -> new SecondaryCapture();
        };
    }

    /** Whether this kind of image can have more than one frame. */
    public boolean supportsFrames() {
        return !iod().sopClass(true).isEmpty();
    }
}
