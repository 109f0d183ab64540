package org.dicomgateway.transcode;

import java.util.concurrent.Semaphore;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * The memory for frames, of which all transcoding together takes at most half of the heap. A frame needs some times
 * its length: as it is, compressed, and decompressed again.
 */
final class FrameMemory {

    private static final int TIMES = 4;
    private static final long ALL = Runtime.getRuntime().maxMemory() / 2;

    /** In bytes. */
    static final long LONGEST_FRAME = Math.min(ALL / TIMES, 128L * ByteSize.MIB);

    private static final Semaphore KIBIBYTES =
            new Semaphore((int) Math.min(Integer.MAX_VALUE, ALL / ByteSize.KIB), true);

    private final int taken;

    private FrameMemory(int taken) {
        this.taken = taken;
    }

    /** Waits until there is memory for one frame. */
    static FrameMemory acquire(PixelFormat format) {
        int needed = (int) (TIMES * format.frameLength() / ByteSize.KIB);
        KIBIBYTES.acquireUninterruptibly(needed);
        return new FrameMemory(needed);
    }

    void release() {
        KIBIBYTES.release(taken);
    }
}
