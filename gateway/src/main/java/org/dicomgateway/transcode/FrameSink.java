package org.dicomgateway.transcode;

import java.io.IOException;

/** Takes the frames of an image, in little endian, one after the other. */
interface FrameSink {

    /**
     * Takes the next frame.
     *
     * @param frame may be changed afterwards by the caller
     */
    void frame(byte[] frame) throws IOException;

    /** There are no more. */
    void end() throws IOException;
}
