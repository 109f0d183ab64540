package org.dicomgateway.transcode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Elements;

/** Images of each kind, as part-10 files. Their pixels are smooth with some noise, so that they can be compressed. */
record Images(
        int rows,
        int columns,
        int samples,
        int allocated,
        int stored,
        boolean signed,
        String photometric,
        int planar,
        int frames) {

    static final Uid SECONDARY_CAPTURE = Uid.of("1.2.840.10008.5.1.4.1.1.7");

    static Images of(String name) {
        return switch (name) {
            case "unsigned 12" -> new Images(64, 51, 1, 16, 12, false, "MONOCHROME2", 0, 1);
            case "signed 16" -> new Images(65, 51, 1, 16, 16, true, "MONOCHROME2", 0, 1);
            case "signed 12" -> new Images(33, 20, 1, 16, 12, true, "MONOCHROME1", 0, 1);
            case "odd 8" -> new Images(63, 41, 1, 8, 8, false, "MONOCHROME1", 0, 1);
            case "palette" -> new Images(20, 20, 1, 8, 8, false, "PALETTE COLOR", 0, 1);
            case "RGB" -> new Images(31, 21, 3, 8, 8, false, "RGB", 0, 1);
            case "RGB by plane" -> new Images(31, 21, 3, 8, 8, false, "RGB", 1, 1);
            case "frames" -> new Images(33, 21, 1, 16, 16, false, "MONOCHROME2", 0, 5);
            case "RGB frames by plane" -> new Images(37, 41, 3, 8, 8, false, "RGB", 1, 3);
            case "YBR_FULL" -> new Images(16, 18, 3, 8, 8, false, "YBR_FULL", 0, 1);
            case "32 bits" -> new Images(16, 18, 1, 32, 32, false, "MONOCHROME2", 0, 2);
            default -> throw new IllegalArgumentException(name);
        };
    }

    byte[] pixels() {
        int bytes = allocated / 8;
        int cells = rows * columns * samples * frames;
        byte[] pixels = new byte[cells * bytes];
        Random random = new Random(rows);
        for (int i = 0; i < cells; i++) {
            long value = (i / 3 + random.nextInt(1 << Math.min(6, stored - 2))) % (1L << stored);
            value -= signed ? 1L << (stored - 1) : 0;
            for (int b = 0; b < bytes; b++) {
                pixels[i * bytes + b] = (byte) (value >> (8 * b));
            }
        }
        return pixels;
    }

    private static byte[] even(byte[] bytes) {
        return java.util.Arrays.copyOf(bytes, bytes.length + (bytes.length & 1));
    }

    /** Everything but the pixel data. */
    Elements attributes() {
        Elements all = new Elements()
                .text(0x0008, 0x0016, "UI", SECONDARY_CAPTURE.value())
                .text(0x0008, 0x0018, "UI", "1.2.3.4.5")
                .text(0x0010, 0x0010, "PN", "Secret^Name")
                .text(0x0010, 0x0020, "LO", "P7")
                .text(0x0020, 0x000d, "UI", "1.2.3.6")
                .text(0x0020, 0x000e, "UI", "1.2.3.7")
                .unsigned(0x0028, 0x0002, samples)
                .text(0x0028, 0x0004, "CS", photometric);
        if (samples > 1) {
            all.unsigned(0x0028, 0x0006, planar);
        }
        if (frames > 1) {
            all.text(0x0028, 0x0008, "IS", Integer.toString(frames));
        }
        all.unsigned(0x0028, 0x0010, rows)
                .unsigned(0x0028, 0x0011, columns)
                .unsigned(0x0028, 0x0100, allocated)
                .unsigned(0x0028, 0x0101, stored)
                .unsigned(0x0028, 0x0102, stored - 1)
                .unsigned(0x0028, 0x0103, signed ? 1 : 0);
        if (photometric.equals("PALETTE COLOR")) {
            for (int colour = 1; colour <= 3; colour++) {
                all.bytes(0x0028, 0x1100 + colour, "US", new byte[] {0, 1, 0, 0, 16, 0});
            }
            for (int colour = 1; colour <= 3; colour++) {
                all.bytes(0x0028, 0x1200 + colour, "OW", new byte[512]);
            }
        }
        return all;
    }

    byte[] dataset() {
        return attributes()
                .bytes(0x7fe0, 0x0010, allocated == 8 ? "OB" : "OW", even(pixels()))
                .toDataset();
    }

    /** As a file in Explicit VR Little Endian. */
    Path file(Path folder) throws IOException {
        return Files.write(folder.resolve("original.dcm"), part10(dataset(), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
    }

    static byte[] part10(byte[] dataset, TransferSyntax syntax) {
        byte[] prefix = org.dicomgateway.dicom.dataset.Part10.prefix(SECONDARY_CAPTURE, Uid.of("1.2.3.4.5"), syntax);
        byte[] all = java.util.Arrays.copyOf(prefix, prefix.length + dataset.length);
        System.arraycopy(dataset, 0, all, prefix.length, dataset.length);
        return all;
    }

    /** Whether a text is somewhere in the bytes. */
    static boolean contains(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
    }
}
