package org.dicomgateway.forward.association;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A dataset that is being sent. Each read shows that the destination accepts data, and is told. */
public final class ProgressStream extends FilterInputStream {

    private final Runnable moved;

    public ProgressStream(InputStream dataset, Runnable moved) {
        super(dataset);
        this.moved = moved;
    }

    @Override
    public int read() throws IOException {
        moved.run();
        return in.read();
    }

    @Override
    public int read(byte[] into, int offset, int max) throws IOException {
        moved.run();
        return in.read(into, offset, max);
    }
}
