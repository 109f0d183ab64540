package org.dicomgateway.dicom.synthetic;

/** What one kind of image contains in addition to all images (PS3.3 A), and what it shows. */
abstract class Iod {

    private final String sopClass;
    private final String multiFrameSopClass;
    final String modality;
    final String bodyPart;
    final PixelFormat format;
    final Matrix typicalMatrix;

    /**
     * A kind of image.
     *
     * @param sopClass the UID of the storage SOP class for one frame
     * @param multiFrameSopClass that for several frames; empty when there is none
     * @param modality the value of Modality (0008,0060)
     * @param bodyPart the examined body part: one word for Body Part Examined (0018,0015), or empty
     */
    Iod(
            String sopClass,
            String multiFrameSopClass,
            String modality,
            String bodyPart,
            PixelFormat format,
            Matrix typicalMatrix) {
        this.sopClass = sopClass;
        this.multiFrameSopClass = multiFrameSopClass;
        this.modality = modality;
        this.bodyPart = bodyPart;
        this.format = format;
        this.typicalMatrix = typicalMatrix;
    }

    /** The UID of the storage SOP class; empty when the kind of image has no such form. */
    String sopClass(boolean multiFrame) {
        return multiFrame ? multiFrameSopClass : sopClass;
    }

    /** Adds the modules of this IOD. */
    abstract void describe(Elements elements, SyntheticInstance image);

    /**
     * The picture at one step of the stack or clip.
     *
     * @param step from 0; successive images and frames are successive steps
     * @param variation 0 to 99, one for each study, so that patients look different
     */
    abstract Picture picture(int step, int variation);

    /** How far a shape has grown: from 0 over 1 back to 0 within fifty steps, starting in the rise. */
    static double swell(int step) {
        double d = Math.floorMod(step + 10, 50) / 50.0;
        return 4 * d * (1 - d);
    }
}
