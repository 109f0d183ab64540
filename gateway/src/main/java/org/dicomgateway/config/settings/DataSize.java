package org.dicomgateway.config.settings;

import org.dicomgateway.dicom.values.ByteSize;

/** A number of bytes, at least 0. */
public record DataSize(long bytes) implements Comparable<DataSize> {

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size must not be negative: " + bytes);
        }
    }

    /** {@code n} mebibytes (2^20 bytes each). */
    public static DataSize ofMebibytes(long n) {
        return new DataSize(Math.multiplyExact(n, (long) ByteSize.MIB));
    }

    /** {@code n} kibibytes (2^10 bytes each). */
    public static DataSize ofKibibytes(long n) {
        return new DataSize(Math.multiplyExact(n, (long) ByteSize.KIB));
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** In the largest binary unit without a remainder: {@code 64 MiB}. */
    @Override
    public String toString() {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        long n = bytes;
        int unit = 0;
        while (unit < units.length - 1 && n != 0 && n % 1024 == 0) {
            n /= 1024;
            unit++;
        }
        return n + " " + units[unit];
    }
}
