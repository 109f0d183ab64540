package org.dicomgateway.transcode;

import java.io.IOException;
import java.nio.file.Path;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.PixelRewriting;
import org.dicomgateway.dicom.rewrite.PixelSource;
import org.dicomgateway.dicom.rewrite.PixelTarget;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.jspecify.annotations.Nullable;

/** Compresses, decompresses, or both, the pixel data of one dataset, frame by frame. */
final class PixelTranscoding implements PixelRewriting {

    private static final String RGB = "RGB";
    private static final String YBR_RCT = "YBR_RCT";

    private final TransferSyntax from;
    private final TransferSyntax to;
    private final WorkFolder folder;
    private @Nullable PixelFormat read;
    private @Nullable PixelFormat made;

    PixelTranscoding(TransferSyntax from, TransferSyntax to, WorkFolder folder) {
        this.from = from;
        this.to = to;
        this.folder = folder;
    }

    static boolean isByTool(TransferSyntax syntax) {
        return TranscodeSettings.COMPRESSED.contains(syntax) && !syntax.equals(TranscodeSettings.RLE);
    }

    @Override
    public void describe(Elements attributes, boolean bigEndian) throws UntransformableException {
        if (attributes.get(PixelFormat.PHOTOMETRIC_INTERPRETATION).isEmpty()) {
            // Perhaps there is no pixel data; if there is, it is refused then.
            return;
        }
        PixelFormat format = PixelFormat.of(attributes, bigEndian);
        if (format.frameLength() > FrameMemory.LONGEST_FRAME) {
            throw new UntransformableException("a frame of " + format.columns() + " x " + format.rows()
                    + " pixels is larger than the " + FrameMemory.LONGEST_FRAME / ByteSize.MIB
                    + " MiB that this gateway can transcode with its heap");
        }
        boolean byTool = isByTool(from);
        if (format.photometric().equals(YBR_RCT) && !from.equals(TranscodeSettings.JPEG_2000)) {
            throw new UntransformableException("its Photometric Interpretation YBR_RCT is that of JPEG 2000 only");
        }
        if (byTool) {
            ToolFrames.check(format);
        }
        PixelFormat plain = format.with(
                format.photometric().equals(YBR_RCT) ? RGB : format.photometric(), !byTool && format.planar());
        PixelFormat written = plain.with(plain.photometric(), plain.planar() && !isByTool(to));
        if (isByTool(to)) {
            ToolFrames.check(written);
        }
        written.describe(attributes, format, bigEndian);
        read = format;
        made = written;
    }

    @Override
    public void absent() throws UntransformableException {
        if (!TranscodeSettings.isUncompressed(to)) {
            throw new UntransformableException("it has no pixel data that could be compressed");
        }
    }

    @Override
    public void rewrite(PixelSource source, PixelTarget target) throws IOException {
        PixelFormat format = read;
        PixelFormat written = made;
        if (format == null || written == null) {
            throw new UntransformableException("it has pixel data, and no Photometric Interpretation");
        }
        FrameMemory memory = FrameMemory.acquire(format);
        try {
            FrameSink sink = sink(written, target);
            // A decoder by a program gives one colour beside the other; otherwise planes are turned for an encoder.
            boolean turned = format.planar() && !written.planar() && !isByTool(from);
            source(format).read(source, turned ? new Interleaving(format, sink) : sink);
            sink.end();
        } finally {
            memory.release();
        }
    }

    private FrameSource source(PixelFormat format) throws IOException {
        if (TranscodeSettings.isUncompressed(from)) {
            return NativeFrames.source(format);
        }
        return isByTool(from) ? ToolFrames.source(format, from, folder.emptied("decode")) : RleFrames.source(format);
    }

    private FrameSink sink(PixelFormat format, PixelTarget target) throws IOException {
        if (TranscodeSettings.isUncompressed(to)) {
            return NativeFrames.sink(format, target);
        }
        return isByTool(to)
                ? ToolFrames.sink(format, to, folder.emptied("encode"), target)
                : RleFrames.sink(format, target);
    }

    /** Gives empty folders. */
    @FunctionalInterface
    interface WorkFolder {
        Path emptied(String name) throws IOException;
    }

    /** Turns colour by plane into colour by pixel (PS3.3 C.7.6.3.1.3). */
    private static final class Interleaving implements FrameSink {

        private final PixelFormat format;
        private final FrameSink sink;
        private final byte[] turned;

        Interleaving(PixelFormat format, FrameSink sink) {
            this.format = format;
            this.sink = sink;
            this.turned = new byte[(int) format.frameLength()];
        }

        @Override
        public void frame(byte[] frame) throws IOException {
            int bytes = format.bytes();
            int at = 0;
            int plane = (int) format.pixels() * bytes;
            for (int pixel = 0; pixel < plane; pixel += bytes) {
                for (int sample = 0; sample < format.samples(); sample++) {
                    System.arraycopy(frame, sample * plane + pixel, turned, at, bytes);
                    at += bytes;
                }
            }
            sink.frame(turned);
        }

        @Override
        public void end() throws IOException {
            sink.end();
        }
    }
}
