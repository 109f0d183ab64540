package org.dicomgateway.transcode;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.rewrite.DatasetRecoder;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.PixelRewriting;
import org.dicomgateway.dicom.rewrite.PixelSource;
import org.dicomgateway.dicom.rewrite.PixelTarget;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/**
 * The files that a codec reads and writes: pixels and the attributes that describe them, and nothing else of the
 * instance.
 */
final class ToolFile {

    private static final Uid SECONDARY_CAPTURE = Uid.of("1.2.840.10008.5.1.4.1.1.7");
    private static final Uid ANY = Uid.of("2.25.1");
    private static final int UNDEFINED = -1;

    private ToolFile() {}

    /** Writes a file, frame by frame. */
    static final class Writer implements AutoCloseable {

        private final OutputStream out;
        private final boolean compressed;
        private final long length;

        /** @param format with the number of frames that follow */
        Writer(Path file, PixelFormat format, TransferSyntax syntax) throws IOException {
            this.compressed = !TranscodeSettings.isUncompressed(syntax);
            this.length = format.frameLength() * format.frames();
            this.out = new BufferedOutputStream(Files.newOutputStream(file));
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            head.writeBytes(Part10.prefix(SECONDARY_CAPTURE, ANY, syntax));
            text(head, 0x00080016, "UI", SECONDARY_CAPTURE.value());
            text(head, 0x00080018, "UI", ANY.value());
            number(head, 0x00280002, format.samples());
            // The tool asserts that there is a palette; the colours of an index do not matter to it.
            String photometric = format.samples() == 1
                    ? "MONOCHROME2"
                    : compressed && format.photometric().equals("YBR_RCT") ? "YBR_RCT" : "RGB";
            text(head, 0x00280004, "CS", photometric);
            if (format.samples() > 1) {
                number(head, 0x00280006, 0);
            }
            if (format.frames() > 1) {
                text(head, 0x00280008, "IS", Integer.toString(format.frames()));
            }
            number(head, 0x00280010, format.rows());
            number(head, 0x00280011, format.columns());
            number(head, 0x00280100, format.bitsAllocated());
            number(head, 0x00280101, format.bitsStored());
            number(head, 0x00280102, format.bitsStored() - 1);
            number(head, 0x00280103, format.signed() ? 1 : 0);
            tag(head, 0x7FE00010);
            head.writeBytes(new byte[] {'O', (byte) (compressed || format.bytes() == 1 ? 'B' : 'W'), 0, 0});
            little(head, compressed ? UNDEFINED : (int) (length + (length & 1)), 4);
            if (compressed) {
                item(head, 0);
            }
            head.writeTo(out);
        }

        void frame(byte[] bytes, int count) throws IOException {
            if (compressed) {
                ByteArrayOutputStream item = new ByteArrayOutputStream();
                item(item, count + (count & 1));
                item.writeTo(out);
            }
            out.write(bytes, 0, count);
            if (compressed && (count & 1) == 1) {
                out.write(0);
            }
        }

        @Override
        public void close() throws IOException {
            try (out) {
                if (compressed) {
                    ByteArrayOutputStream end = new ByteArrayOutputStream();
                    tag(end, 0xFFFEE0DD);
                    little(end, 0, 4);
                    end.writeTo(out);
                } else if ((length & 1) == 1) {
                    out.write(0);
                }
            }
        }

        private static void text(ByteArrayOutputStream out, int tag, String vr, String text) {
            byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
            tag(out, tag);
            out.writeBytes(vr.getBytes(StandardCharsets.US_ASCII));
            little(out, ascii.length + (ascii.length & 1), 2);
            out.writeBytes(ascii);
            if ((ascii.length & 1) == 1) {
                out.write(vr.equals("UI") ? 0 : ' ');
            }
        }

        private static void number(ByteArrayOutputStream out, int tag, int number) {
            tag(out, tag);
            out.writeBytes(new byte[] {'U', 'S', 2, 0});
            little(out, number, 2);
        }

        private static void item(ByteArrayOutputStream out, int length) {
            tag(out, 0xFFFEE000);
            little(out, length, 4);
        }

        private static void tag(ByteArrayOutputStream out, int tag) {
            little(out, tag >>> 16, 2);
            little(out, tag, 2);
        }

        private static void little(ByteArrayOutputStream out, int number, int bytes) {
            for (int i = 0; i < bytes; i++) {
                out.write(number >>> (Byte.SIZE * i));
            }
        }
    }

    /** Reads the pixels of a file. */
    interface Reader {
        void read(PixelSource pixels) throws IOException;
    }

    /**
     * Reads a file that a codec made.
     *
     * @param format what it must have, in the same order
     * @throws UntransformableException when it has something else
     */
    static void read(Path file, PixelFormat format, TransferSyntax syntax, Reader reader) throws IOException {
        Part10.File meta;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            meta = Part10.read(in);
        } catch (UnreadableDatasetException e) {
            throw unexpected("a file that is not DICOM");
        }
        if (!meta.transferSyntax().equals(syntax)) {
            throw unexpected("the transfer syntax " + meta.transferSyntax());
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.skipNBytes(meta.datasetOffset());
            DatasetRecoder.recode(
                    in,
                    syntax,
                    TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                    Optional.of(new Expected(format, reader)),
                    OutputStream.nullOutputStream());
        } catch (UnreadableDatasetException e) {
            throw unexpected("a damaged file");
        }
    }

    private record Expected(PixelFormat format, Reader reader) implements PixelRewriting {

        @Override
        public void describe(Elements attributes, boolean bigEndian) throws UntransformableException {
            if (!PixelFormat.of(attributes, bigEndian).isLaidOutAs(format)) {
                throw unexpected("pixels of another form");
            }
        }

        @Override
        public void rewrite(PixelSource source, PixelTarget target) throws IOException {
            reader.read(source);
        }

        @Override
        public void absent() throws UntransformableException {
            throw unexpected("no pixels");
        }
    }

    private static UntransformableException unexpected(String what) {
        return new UntransformableException("the codec made " + what);
    }
}
