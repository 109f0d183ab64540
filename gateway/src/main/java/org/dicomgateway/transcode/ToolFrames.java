package org.dicomgateway.transcode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.rewrite.PixelSource;
import org.dicomgateway.dicom.rewrite.PixelTarget;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.jspecify.annotations.Nullable;

/**
 * Frames that a codec in a process of its own compresses and decompresses: several at a time, through files. What it
 * compressed it has to decompress to the same pixels.
 */
final class ToolFrames {

    private static final long BATCH = 32L * ByteSize.MIB;
    private static final int MOST = 500;

    private static final String IN = "in.dcm";
    private static final String OUT = "out.dcm";
    private static final String AGAIN = "again.dcm";
    private static final TransferSyntax RAW = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

    private static final Map<TransferSyntax, String> OPTIONS = Map.of(
            TranscodeSettings.JPEG_LS, "--jpegls",
            TranscodeSettings.JPEG_2000, "--j2k",
            TranscodeSettings.JPEG_FIRST_ORDER, "--jpeg",
            TranscodeSettings.JPEG_LOSSLESS, "--jpeg");

    private ToolFrames() {}

    /** @throws UntransformableException when it is not certain that the tool compresses such pixels right */
    static void check(PixelFormat format) throws UntransformableException {
        if (format.bitsAllocated() > 2 * Byte.SIZE
                || (format.samples() == 3 && (format.photometric().equals("YBR_FULL") || format.bytes() != 1))) {
            throw new UntransformableException("pixels of " + format.bitsAllocated() + " bits in "
                    + format.photometric() + " cannot be transcoded by " + "this codec");
        }
    }

    private static int atOnce(PixelFormat format) {
        return (int) Math.max(1, Math.min(MOST, BATCH / format.frameLength()));
    }

    /** A file that a batch of frames is written to. */
    private static final class Batch {

        private final Path folder;
        private final PixelFormat format;
        private final TransferSyntax syntax;
        private int left;
        private int size;
        private int held;
        private ToolFile.@Nullable Writer writer;

        Batch(Path folder, PixelFormat format, TransferSyntax syntax) {
            this.folder = folder;
            this.format = format;
            this.syntax = syntax;
            this.left = format.frames();
        }

        /** Returns the format of a complete batch; empty: more frames are needed. */
        Optional<PixelFormat> add(byte[] frame, int length) throws IOException {
            ToolFile.Writer open = writer;
            if (open == null) {
                size = Math.min(left, atOnce(format));
                open = new ToolFile.Writer(folder.resolve(IN), format.withFrames(size), syntax);
                writer = open;
            }
            open.frame(frame, length);
            held++;
            left--;
            if (held < size) {
                return Optional.empty();
            }
            open.close();
            writer = null;
            held = 0;
            return Optional.of(format.withFrames(size));
        }
    }

    /** @param folder an empty one */
    static FrameSource source(PixelFormat compressed, TransferSyntax syntax, Path folder) {
        PixelFormat plain = compressed.with("RGB", false);
        return (pixels, sink) -> {
            Batch batch = new Batch(folder, compressed.with(compressed.photometric(), false), syntax);
            long longest = compressed.frameLength() + compressed.frameLength() / 2 + 64 * ByteSize.KIB;
            FrameItems.read(pixels, compressed.frames(), longest, (bytes, length) -> {
                Codestream.check(bytes, length, compressed, syntax);
                Optional<PixelFormat> complete = batch.add(bytes, length);
                if (complete.isPresent()) {
                    PixelFormat made = plain.withFrames(complete.get().frames());
                    run(folder, made, CodecProcess.TO_RAW, IN, OUT);
                    ToolFile.read(
                            folder.resolve(OUT),
                            made,
                            RAW,
                            read -> NativeFrames.source(made).read(read, sink));
                }
            });
        };
    }

    /**
     * @param format with one colour beside the other
     * @param folder an empty one
     */
    static FrameSink sink(PixelFormat format, TransferSyntax syntax, Path folder, PixelTarget target) {
        Batch batch = new Batch(folder, format, RAW);
        String option = OPTIONS.getOrDefault(syntax, "");
        // What is made for process 14 is also right for its first selection value.
        TransferSyntax made =
                syntax.equals(TranscodeSettings.JPEG_LOSSLESS) ? TranscodeSettings.JPEG_FIRST_ORDER : syntax;
        return new FrameSink() {
            @Override
            public void frame(byte[] frame) throws IOException {
                Optional<PixelFormat> complete = batch.add(frame, frame.length);
                if (complete.isPresent()) {
                    compress(complete.get());
                }
            }

            private void compress(PixelFormat frames) throws IOException {
                run(folder, frames, option, IN, OUT);
                run(folder, frames, CodecProcess.TO_RAW, OUT, AGAIN);
                compare(folder, frames);
                long longest = 2 * frames.frameLength() + 64 * ByteSize.KIB;
                ToolFile.read(
                        folder.resolve(OUT),
                        frames,
                        made,
                        pixels -> FrameItems.read(pixels, frames.frames(), longest, (bytes, length) -> {
                            Codestream.check(bytes, length, frames, made);
                            target.fragment(bytes, length);
                        }));
            }

            @Override
            public void end() {}
        };
    }

    private static void run(Path folder, PixelFormat frames, String option, String from, String to) throws IOException {
        Files.deleteIfExists(folder.resolve(to));
        CodecProcess.over(folder, frames.frameLength() * frames.frames()).run(option, from, to);
    }

    private static void compare(Path folder, PixelFormat frames) throws IOException {
        ToolFile.read(
                folder.resolve(IN),
                frames,
                RAW,
                ours -> ToolFile.read(folder.resolve(AGAIN), frames, RAW, theirs -> compare(ours, theirs)));
    }

    private static void compare(PixelSource ours, PixelSource theirs) throws IOException {
        byte[] one = new byte[ByteSize.KIB * 32];
        byte[] other = new byte[one.length];
        InputStream left = ours.value();
        InputStream right = theirs.value();
        int n;
        do {
            n = left.readNBytes(one, 0, one.length);
            int m = right.readNBytes(other, 0, other.length);
            if (n != m || !Arrays.equals(one, 0, n, other, 0, n)) {
                throw new UntransformableException(
                        "a frame is another one after it was compressed and decompressed, so it is not sent");
            }
        } while (n == one.length);
    }
}
