package org.dicomgateway.spool;

import java.io.InputStream;

/**
 * A stored dataset on its way out. Verifies, while it is read, that the bytes are those that were received, and throws
 * {@link DamagedInstanceException} before the last of them is given when they are not.
 */
public abstract class DatasetStream extends InputStream {

    /** Bytes in all. */
    public abstract long length();
}
