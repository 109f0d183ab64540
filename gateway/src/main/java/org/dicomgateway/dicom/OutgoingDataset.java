package org.dicomgateway.dicom;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A dataset on its way out. Remembers when reading it failed, to tell our trouble from the peer's. */
final class OutgoingDataset extends InputStream {

    private final InputStream in;
    private @Nullable Exception failure;

    OutgoingDataset(InputStream in) {
        this.in = in;
    }

    /** Whether reading it failed, so that {@link #rethrowFailure} throws. */
    boolean hasFailed() {
        return failure != null;
    }

    void rethrowFailure() throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        try {
            return in.read(b, off, len);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
    }
}
