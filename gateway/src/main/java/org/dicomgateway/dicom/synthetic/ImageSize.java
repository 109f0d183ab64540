package org.dicomgateway.dicom.synthetic;

/** The size of the images. It is computed for each modality, because a pixel takes 1 to 3 bytes. */
public sealed interface ImageSize {

    /** The usual size for a device of that modality. */
    static ImageSize typical() {
        return new Typical();
    }

    /** Exactly this matrix. */
    static ImageSize of(Matrix matrix) {
        return new Exactly(matrix);
    }

    /**
     * Nearly square, so that a file has about {@code bytes}, to within one row of pixels.
     *
     * @throws IllegalArgumentException later, when a spec asks for less than a header and 16x16 pixels, or more than
     *     65535x65535
     */
    static ImageSize about(long bytes) {
        return new About(bytes);
    }

    /** The matrix for this modality, when everything except the pixels takes {@code headerBytes}. */
    Matrix matrix(Modality modality, int frames, long headerBytes);

    /** See {@link ImageSize#typical()}. */
    record Typical() implements ImageSize {
        @Override
        public Matrix matrix(Modality modality, int frames, long headerBytes) {
            return modality.iod().typicalMatrix;
        }
    }

    /** See {@link ImageSize#of}. */
    record Exactly(Matrix matrix) implements ImageSize {
        @Override
        public Matrix matrix(Modality modality, int frames, long headerBytes) {
            return matrix;
        }
    }

    /** See {@link ImageSize#about}. */
    record About(long bytes) implements ImageSize {
        @Override
        public Matrix matrix(Modality modality, int frames, long headerBytes) {
            long pixelBytes = (long) modality.iod().format.bytesPerPixel() * frames;
            long pixels = (bytes - headerBytes) / pixelBytes;
            long smallest = headerBytes + pixelBytes * Matrix.MIN * Matrix.MIN;
            if (bytes < smallest) {
                throw new IllegalArgumentException(modality + (frames > 1 ? " with " + frames + " frames" : "")
                        + " takes at least " + smallest + " bytes, not " + bytes);
            }
            long rows = Math.round(Math.sqrt((double) pixels));
            long columns = rows == 0 ? 0 : Math.round((double) pixels / rows);
            if (Math.max(rows, columns) > Matrix.MAX) {
                throw new IllegalArgumentException(bytes + " bytes are too many for " + modality + " with " + frames
                        + " frames; ask for more frames");
            }
            return new Matrix((int) Math.max(rows, Matrix.MIN), (int) Math.max(columns, Matrix.MIN));
        }
    }
}
