package org.dicomgateway.receive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.PeerLimits;

/** Counts the bytes of a dataset while it arrives, and fails when there are more than the sender may send. */
final class MeasuredStream extends FilterInputStream {

    private final PeerLimits limits;
    private final long maxInstance;
    private final long before;
    private long count;
    private boolean tooLarge;
    private boolean discarding;

    /**
     * Starts to count a dataset.
     *
     * @param before bytes that the association has already received
     */
    MeasuredStream(InputStream in, PeerLimits limits, long before) {
        super(in);
        this.limits = limits;
        this.maxInstance = limits.instanceSize().map(DataSize::bytes).orElse(Long.MAX_VALUE);
        this.before = before;
    }

    /** Fails when these are more bytes than an association may send. */
    static void checkAssociation(PeerLimits limits, long bytes) throws SizeLimitException {
        if (limits.associationSize().isPresent()
                && bytes > limits.associationSize().get().bytes()) {
            throw new SizeLimitException("the association sent more than "
                    + limits.associationSize().get().bytes() + " bytes (max-association-size)");
        }
    }

    /** The number of bytes read. */
    long count() {
        return count;
    }

    /** Whether reading failed because this dataset alone is too large. */
    boolean isTooLarge() {
        return tooLarge;
    }

    /** Reads the rest. Only the limit of the association holds for it. */
    void discard() throws IOException {
        discarding = true;
        transferTo(OutputStream.nullOutputStream());
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
            checkAssociation(limits, before + count);
            if (count > maxInstance && !discarding) {
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
