package org.dicomgateway.dicom.values;

/** Binary units of sizes in bytes. */
public final class ByteSize {

    /** Bytes in a kibibyte. */
    public static final int KIB = 1 << 10;

    /** Bytes in a mebibyte. */
    public static final int MIB = 1 << 20;

    /** Bytes in a gibibyte. */
    public static final int GIB = 1 << 30;

    private ByteSize() {}
}
