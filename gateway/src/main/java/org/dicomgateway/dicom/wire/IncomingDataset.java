package org.dicomgateway.dicom.wire;

import java.io.IOException;
import java.io.InputStream;
import org.aoju.bus.image.metric.PDVInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The dataset of a request as it arrives. Keeps the reason when reading fails. Cannot be read after the request is
 * answered.
 */
public final class IncomingDataset extends InputStream {

    private final PDVInputStream in;
    private @Nullable IOException failure;
    private boolean closed;

    /** The dataset that follows a request. */
    public IncomingDataset(PDVInputStream in) {
        this.in = in;
    }

    /** The exception that ended reading, when the connection caused it. */
    @Nullable
    public IOException failure() {
        return failure;
    }

    /**
     * What to throw for a dataset that is refused because it ends too early.
     *
     * @return {@code refused}, when the connection is not the reason
     * @throws IOException what ended the connection: it ends the association, too
     */
    public <E extends Exception> E reasonFor(E refused) throws IOException {
        if (failure != null) {
            throw failure;
        }
        return refused;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        if (closed) {
            throw new IOException("the dataset can no longer be read: its request is already answered");
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

    /** Leaves the rest unread. The code that answers the request discards it. */
    @Override
    public void close() {
        closed = true;
    }
}
