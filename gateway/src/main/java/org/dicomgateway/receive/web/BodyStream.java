package org.dicomgateway.receive.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.dicomgateway.dicom.wire.ReadLimit;

/**
 * The body of a request as it arrives. Fails when it arrives too slowly, as a message of an association does. That a
 * body stops altogether, the web server notices.
 */
final class BodyStream extends FilterInputStream {

    private final ReadLimit limit = new ReadLimit();
    private long count;

    /** @param minRate bytes per second, 0 for no minimum */
    BodyStream(InputStream in, Duration readTimeout, long minRate) {
        super(in);
        limit.await(readTimeout, readTimeout, minRate);
    }

    /** The number of bytes read. */
    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        long begin = System.nanoTime();
        int n = in.read(b, off, len);
        if (n > 0) {
            count += n;
            limit.received(n, System.nanoTime() - begin);
        }
        return n;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
