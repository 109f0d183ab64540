package org.dicomgateway.transcode;

import java.io.IOException;
import org.dicomgateway.dicom.rewrite.PixelSource;

/** Reads the frames of an image. */
interface FrameSource {

    /** Reads the pixel data to its end, and gives each frame to the sink. Does not end the sink. */
    void read(PixelSource pixels, FrameSink sink) throws IOException;
}
