package org.dicomgateway.dicom.rewrite;

/** A change of native pixel data while it passes. It keeps the length. For any number of threads. */
public interface PixelEdit {

    /**
     * Checks that it fits the value of Pixel Data.
     *
     * @param length of the value in bytes
     * @throws UntransformableException when it does not
     */
    void check(long length) throws UntransformableException;

    /**
     * Changes the next bytes of the value.
     *
     * @param position of the first of them in the value
     */
    void edit(byte[] bytes, int offset, int count, long position);
}
