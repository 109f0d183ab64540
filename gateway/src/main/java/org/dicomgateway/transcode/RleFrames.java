package org.dicomgateway.transcode;

import java.io.IOException;
import java.util.Arrays;
import org.dicomgateway.dicom.rewrite.PixelTarget;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/** Frames in RLE Lossless (PS3.5 A.4.2): each is one fragment. */
final class RleFrames {

    private RleFrames() {}

    static FrameSource source(PixelFormat format) {
        RleCodec codec = new RleCodec(format);
        return (pixels, sink) -> {
            byte[] frame = new byte[(int) format.frameLength()];
            FrameItems.read(pixels, format.frames(), RleCodec.longest(format) + frame.length, (bytes, length) -> {
                codec.decode(bytes, length, frame);
                sink.frame(frame);
            });
        };
    }

    static FrameSink sink(PixelFormat format, PixelTarget target) {
        RleCodec codec = new RleCodec(format);
        byte[] compressed = new byte[(int) RleCodec.longest(format)];
        byte[] again = new byte[(int) format.frameLength()];
        return new FrameSink() {
            @Override
            public void frame(byte[] frame) throws IOException {
                int length = codec.encode(frame, compressed);
                codec.decode(compressed, length, again);
                if (!Arrays.equals(frame, again)) {
                    throw new UntransformableException(
                            "a frame is another one after it was compressed and decompressed: a fault of the gateway");
                }
                target.fragment(compressed, length);
            }

            @Override
            public void end() {}
        };
    }
}
