package org.dicomgateway.forward.association;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.dicomgateway.forward.health.PendingResponses;

/** A dataset that is being sent. Each read shows that the destination accepts data. */
public final class ProgressStream extends FilterInputStream {

    private final PendingResponses.Wait wait;

    public ProgressStream(InputStream dataset, PendingResponses.Wait wait) {
        super(dataset);
        this.wait = wait;
    }

    @Override
    public int read() throws IOException {
        wait.moved();
        return in.read();
    }

    @Override
    public int read(byte[] into, int offset, int max) throws IOException {
        wait.moved();
        return in.read(into, offset, max);
    }
}
