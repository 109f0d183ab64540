package org.dicomgateway.dicom.synthetic;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Receives the progress of writing, in the thread that writes. */
public interface WriteListener {

    /** Ignores everything. */
    WriteListener NONE = bytes -> {};

    /** {@code bytes} more are written. Called at least every few tens of kilobytes. */
    void wrote(long bytes);

    /** An instance is complete. */
    default void finished() {}

    /** Wraps {@code out}, so that this listener receives every write. */
    default OutputStream listenTo(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
                wrote(1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
                wrote(length);
            }
        };
    }
}
