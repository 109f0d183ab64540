package org.dicomgateway.spool.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli), the checksum of everything in the spool. */
public final class Checksum {

    private Checksum() {}

    /** The checksum of {@code length} bytes of {@code buffer}. Does not change its position and limit. */
    public static int of(ByteBuffer buffer, int index, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(index + length).position(index));
        return (int) crc.getValue();
    }

    /**
     * The checksum of the end of a stream, from the checksums of the whole and of its beginning. Takes about a
     * microsecond, whatever the length: the checksum of the beginning is multiplied by a power of x, modulo the
     * polynomial, as zlib's crc32_combine does.
     *
     * @param whole of the whole stream
     * @param beginning of its first part
     * @param length bytes after the first part
     */
    public static int ofEnd(int whole, int beginning, long length) {
        int power = ONE;
        // Bit k of the length stands for x^(8 * 2^k).
        for (int k = 0; length >>> k != 0; k++) {
            if ((length >>> k & 1) != 0) {
                power = product(POWERS[k + 3], power);
            }
        }
        return whole ^ product(power, beginning);
    }

    private static final int POLYNOMIAL = 0x82F63B78;
    private static final int ONE = 1 << 31;
    /** POWERS[k] is x^(2^k), with the bits reflected. */
    private static final int[] POWERS = new int[Long.SIZE + 3];

    static {
        POWERS[0] = 1 << 30;
        for (int k = 1; k < POWERS.length; k++) {
            POWERS[k] = product(POWERS[k - 1], POWERS[k - 1]);
        }
    }

    /** The product of two polynomials, modulo the polynomial of CRC32C. */
    private static int product(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }

    /** The checksum of {@code bytes}. */
    public static int of(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
