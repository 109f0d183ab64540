package org.dicomgateway.transcode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.dicomgateway.dicom.rewrite.PixelSource;
import org.dicomgateway.dicom.rewrite.PixelTarget;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/** Frames that are not compressed (PS3.5 8.1): one after the other, without gaps. */
final class NativeFrames {

    private NativeFrames() {}

    /** Refuses a value of another length than that of the frames. */
    static FrameSource source(PixelFormat format) {
        return (pixels, sink) -> {
            long length = format.frameLength() * format.frames();
            if (pixels.isEncapsulated() || (pixels.length() != length && pixels.length() != length + (length & 1))) {
                throw new UntransformableException("its pixel data has another length than its attributes say");
            }
            read(pixels, format, sink);
        };
    }

    /** Reads frames and the padding behind them. */
    static void read(PixelSource pixels, PixelFormat format, FrameSink sink) throws IOException {
        byte[] frame = new byte[(int) format.frameLength()];
        InputStream in = pixels.value();
        for (int i = 0; i < format.frames(); i++) {
            if (in.readNBytes(frame, 0, frame.length) < frame.length) {
                throw new UntransformableException("its pixel data is cut off");
            }
            sink.frame(frame);
        }
        in.transferTo(OutputStream.nullOutputStream());
    }

    static FrameSink sink(PixelFormat format, PixelTarget target) throws IOException {
        long length = format.frameLength() * format.frames();
        OutputStream out = target.value(format.bytes() == 1 ? "OB" : "OW", length + (length & 1));
        return new FrameSink() {
            @Override
            public void frame(byte[] frame) throws IOException {
                out.write(frame);
            }

            @Override
            public void end() throws IOException {
                if ((length & 1) == 1) {
                    out.write(0);
                }
            }
        };
    }
}
