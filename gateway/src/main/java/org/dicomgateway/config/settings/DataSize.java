package org.dicomgateway.config.settings;

/** A number of bytes, at least 0. */
public record DataSize(long bytes) implements Comparable<DataSize> {

    /** @throws IllegalArgumentException when negative */
    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is at least 0 bytes: " + bytes);
        }
    }

    /** {@code n} binary megabytes. */
    public static DataSize ofMebibytes(long n) {
        return new DataSize(Math.multiplyExact(n, 1L << 20));
    }

    /** {@code n} binary kilobytes. */
    public static DataSize ofKibibytes(long n) {
        return new DataSize(Math.multiplyExact(n, 1L << 10));
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** As an operator writes it: {@code 64 MiB}, the largest binary unit that leaves no remainder. */
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
