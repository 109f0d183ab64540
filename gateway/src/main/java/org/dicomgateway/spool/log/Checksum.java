package org.dicomgateway.spool.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli), the checksum of everything in the spool. */
public final class Checksum {

    private Checksum() {}

    /** Of {@code length} bytes of {@code buffer}, whose position and limit stay as they are. */
    public static int of(ByteBuffer buffer, int index, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.duplicate().limit(index + length).position(index));
        return (int) crc.getValue();
    }

    /** Of {@code bytes}. */
    public static int of(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
