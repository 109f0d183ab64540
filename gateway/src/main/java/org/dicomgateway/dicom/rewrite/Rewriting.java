package org.dicomgateway.dicom.rewrite;

import java.util.Optional;

/** Changes the attributes of one dataset. Must do the same each time for the same attributes. */
public interface Rewriting {

    /**
     * Changes the attributes before the pixel data: all groups before 7FE0.
     *
     * @throws UntransformableException when that is not possible; then nothing is sent
     */
    void beforePixelData(Elements attributes) throws UntransformableException;

    /** How the pixel data is changed; empty: it passes through. Asked after {@link #beforePixelData}. */
    default Optional<PixelEdit> pixels() {
        return Optional.empty();
    }

    /**
     * Changes the attributes after the pixel data. It is called after {@link #beforePixelData}, also when there is no
     * pixel data.
     *
     * @throws UntransformableException when that is not possible; then nothing is sent
     */
    void afterPixelData(Elements attributes) throws UntransformableException;
}
