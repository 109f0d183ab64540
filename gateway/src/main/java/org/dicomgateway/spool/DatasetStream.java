package org.dicomgateway.spool;

import java.io.InputStream;

/**
 * Reads a stored dataset for delivery. Verifies while reading that the bytes are the received ones. If they are not,
 * throws {@link DamagedInstanceException} before it returns the last byte.
 */
public abstract class DatasetStream extends InputStream {

    /** The total length in bytes. */
    public abstract long length();
}
