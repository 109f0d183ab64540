package org.dicomgateway.dicom.synthetic;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Told how the writing goes, in the writer's thread. */
public interface WriteListener {

    /** Hears nothing. */
    WriteListener NONE = bytes -> {};

    /** {@code bytes} more have been written; called at least every few tens of kilobytes. */
    void wrote(long bytes);

    /** An instance is complete. */
    default void finished() {}

    /** {@code out}, such that this listener hears of every write. */
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
