package org.dicomgateway.receive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.PeerLimits;

/** Counts the bytes of a dataset while it arrives, and fails when there are more than the sender may send. */
final class MeasuredStream extends FilterInputStream {

    private final long maxInstance;
    private final long maxAssociation;
    private final long before;
    private long count;
    private boolean tooLarge;

    /**
     * Starts to count a dataset.
     *
     * @param before bytes that the association has already received
     */
    MeasuredStream(InputStream in, PeerLimits limits, long before) {
        super(in);
        this.maxInstance = limits.instanceSize().map(DataSize::bytes).orElse(Long.MAX_VALUE);
        this.maxAssociation = limits.associationSize().map(DataSize::bytes).orElse(Long.MAX_VALUE);
        this.before = before;
    }

    /** The number of bytes read. */
    long count() {
        return count;
    }

    /** Whether reading failed because this dataset alone is too large. */
    boolean isTooLarge() {
        return tooLarge;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        int n = in.read(b, off, len);
        if (n > 0) {
            count += n;
            if (before + count > maxAssociation) {
                throw new IOException(
                        "the association sent more than " + maxAssociation + " bytes (max-association-size)");
            }
            if (count > maxInstance) {
                tooLarge = true;
                throw new IOException("the dataset has more than " + maxInstance + " bytes (max-instance-size)");
            }
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 8192)]));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
