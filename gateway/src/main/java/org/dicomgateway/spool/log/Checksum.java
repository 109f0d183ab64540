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

    /** The checksum of {@code bytes}. */
    public static int of(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
