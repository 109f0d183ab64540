package org.dicomgateway.dicom.acceptor;

import java.io.IOException;
import java.io.InputStream;
import org.aoju.bus.image.metric.PDVInputStream;
import org.jspecify.annotations.Nullable;

/** The dataset of a request as it arrives. Remembers why reading failed, and is of no use once the request is answered. */
final class IncomingDataset extends InputStream {

    private final PDVInputStream in;
    private @Nullable IOException failure;
    private boolean closed;

    IncomingDataset(PDVInputStream in) {
        this.in = in;
    }

    /** What reading ended with, when it was the connection's fault. */
    @Nullable
    IOException failure() {
        return failure;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        if (closed) {
            throw new IOException("the dataset is gone: its request is answered");
        }
        if (len == 0) {
            return 0;
        }
        try {
            return in.read(b, off, len);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public int available() throws IOException {
        return closed ? 0 : in.available();
    }

    /** The rest stays unread; whoever answers the request drains it. */
    @Override
    public void close() {
        closed = true;
    }
}
