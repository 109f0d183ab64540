package org.dicomgateway.dicom.rewrite;

import java.io.IOException;

/** Brings the pixel data of one dataset into another form (PS3.5 8). For one dataset and one thread. */
public interface PixelRewriting {

    /**
     * Called once, before {@link #rewrite}, with the attributes that describe the pixels. It may change attributes of
     * the group 0028.
     *
     * @param attributes those before the pixel data, as they were encoded
     * @param bigEndian the order of bytes of their numbers
     * @throws UntransformableException when that cannot be done; then nothing is sent
     */
    void describe(Elements attributes, boolean bigEndian) throws UntransformableException;

    /**
     * Reads the pixel data to its end, and writes it.
     *
     * @throws UntransformableException when that cannot be done; then nothing is sent
     */
    void rewrite(PixelSource source, PixelTarget target) throws IOException;

    /**
     * The dataset has no pixel data.
     *
     * @throws UntransformableException when that cannot be; then nothing is sent
     */
    void absent() throws UntransformableException;
}
