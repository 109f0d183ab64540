package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import java.io.InputStream;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.jspecify.annotations.Nullable;

/**
 * A dataset that is being sent. Keeps the exception when reading it fails, so that a local failure can be
 * distinguished from one of the peer.
 *
 * <p>A deflated dataset of odd length gets a NUL at its end, as the standard requires (PS3.5 A.5). Many files do not
 * have it, and DCMTK aborts at an odd fragment.
 */
final class OutgoingDataset extends InputStream {

    private final InputStream in;
    private boolean padded;
    private long length;
    private @Nullable Exception failure;

    OutgoingDataset(InputStream in, TransferSyntax transferSyntax) {
        this.in = in;
        this.padded = !transferSyntax.isDeflated();
    }

    /** Whether reading failed. Then {@link #rethrowFailure} throws. */
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
            int n = in.read(b, off, len);
            if (n < 0 && !padded && (length & 1) == 1) {
                padded = true;
                b[off] = 0;
                return 1;
            }
            length += Math.max(0, n);
            return n;
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
    }
}
