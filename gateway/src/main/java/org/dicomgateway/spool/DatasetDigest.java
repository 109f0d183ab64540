package org.dicomgateway.spool;

import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The digest of a dataset alone, without preamble and file meta information: what a server's copy is compared with.
 *
 * <p>It consists of two checksums of 32 bits with different polynomials, and is never compared without the length.
 * Together they detect every change within 64 neighbouring bits; any other change goes unnoticed once in 2^64. It
 * protects against faults, not against somebody who makes another dataset with the same digest on purpose. A
 * cryptographic digest would: but it costs more processor time than everything else that the gateway does with an
 * instance (docs/consistency.md).
 *
 * @param crc32 CRC-32 (IEEE 802.3)
 * @param crc32c CRC-32C (Castagnoli)
 */
public record DatasetDigest(int crc32, int crc32c) {

    /** Reads a digest from its number. */
    public static DatasetDigest of(long number) {
        return new DatasetDigest((int) (number >>> 32), (int) number);
    }

    /**
     * Reads a digest from its text.
     *
     * @throws NumberFormatException when the text is not 16 hex digits
     */
    public static DatasetDigest of(String text) {
        return of(Long.parseUnsignedLong(text, 16));
    }

    /** The digest as one number. */
    public long number() {
        return ((long) crc32 << 32) | (crc32c & 0xFFFFFFFFL);
    }

    /** The digest as 16 hex digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(number());
    }

    /** Calculates a digest, piece by piece. For one thread. */
    public static final class Calculation {

        private final CRC32 crc32 = new CRC32();
        private final CRC32C crc32c = new CRC32C();
        private long length;

        /** Adds the next bytes. */
        public void add(byte[] bytes, int offset, int count) {
            crc32.update(bytes, offset, count);
            crc32c.update(bytes, offset, count);
            length += count;
        }

        /** How many bytes were added. */
        public long length() {
            return length;
        }

        /** The digest of what was added. */
        public DatasetDigest digest() {
            return new DatasetDigest((int) crc32.getValue(), (int) crc32c.getValue());
        }
    }
}
