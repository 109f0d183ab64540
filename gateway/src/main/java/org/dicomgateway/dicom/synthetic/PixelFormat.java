package org.dicomgateway.dicom.synthetic;

/** How a pixel is stored (PS3.3 C.7.6.3), and how an ink becomes a pixel. */
enum PixelFormat {
    /** 12 significant bits in 16; an ink is the stored value. */
    GRAY_16(1, 16, 12, "MONOCHROME2"),
    /** 8 bits; an ink is the stored value. */
    GRAY_8(1, 8, 8, "MONOCHROME2"),
    /** Red, green, blue by pixel; an ink is {@code 0xRRGGBB}. */
    RGB(3, 8, 8, "RGB");

    private final int samples;
    private final int bitsAllocated;
    private final int bitsStored;
    private final String photometric;

    PixelFormat(int samples, int bitsAllocated, int bitsStored, String photometric) {
        this.samples = samples;
        this.bitsAllocated = bitsAllocated;
        this.bitsStored = bitsStored;
        this.photometric = photometric;
    }

    int samples() {
        return samples;
    }

    int bitsAllocated() {
        return bitsAllocated;
    }

    int bitsStored() {
        return bitsStored;
    }

    String photometric() {
        return photometric;
    }

    /** The brightest ink. */
    int white() {
        return this == RGB ? 0xffffff : (1 << bitsStored) - 1;
    }

    int bytesPerPixel() {
        return samples * bitsAllocated / Byte.SIZE;
    }

    /** Writes a row of inks into {@code row}, little endian. */
    void encode(int[] inks, byte[] row) {
        switch (this) {
            case GRAY_16 -> {
                for (int i = 0; i < inks.length; i++) {
                    row[2 * i] = (byte) inks[i];
                    row[2 * i + 1] = (byte) (inks[i] >> 8);
                }
            }
            case GRAY_8 -> {
                for (int i = 0; i < inks.length; i++) {
                    row[i] = (byte) inks[i];
                }
            }
            case RGB -> {
                for (int i = 0; i < inks.length; i++) {
                    row[3 * i] = (byte) (inks[i] >> 16);
                    row[3 * i + 1] = (byte) (inks[i] >> 8);
                    row[3 * i + 2] = (byte) inks[i];
                }
            }
        }
    }
}
