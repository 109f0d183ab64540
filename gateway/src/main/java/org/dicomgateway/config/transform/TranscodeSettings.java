package org.dicomgateway.config.transform;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * Into which transfer syntaxes instances are brought for a destination that does not take them as they are.
 *
 * @param pixels whether pixel data may be compressed and decompressed, not only written with other value
 *     representations or in another order of bytes
 * @param syntaxes what may be made, the preferred one first; empty: nothing
 */
public record TranscodeSettings(boolean pixels, List<TransferSyntax> syntaxes) {

    /** RLE Lossless (PS3.5 A.4.2). */
    public static final TransferSyntax RLE = TransferSyntax.of("1.2.840.10008.1.2.5");
    /** JPEG-LS Lossless (PS3.5 A.4.3). */
    public static final TransferSyntax JPEG_LS = TransferSyntax.of("1.2.840.10008.1.2.4.80");
    /** JPEG 2000, lossless only (PS3.5 A.4.4). */
    public static final TransferSyntax JPEG_2000 = TransferSyntax.of("1.2.840.10008.1.2.4.90");
    /** JPEG Lossless, process 14, selection value 1 (PS3.5 A.4.1). */
    public static final TransferSyntax JPEG_FIRST_ORDER = TransferSyntax.of("1.2.840.10008.1.2.4.70");
    /** JPEG Lossless, process 14 (PS3.5 A.4.1). */
    public static final TransferSyntax JPEG_LOSSLESS = TransferSyntax.of("1.2.840.10008.1.2.4.57");

    /** Uncompressed pixel data. Big endian is retired, and deflated is rare: both are made only when listed. */
    public static final List<TransferSyntax> UNCOMPRESSED = List.of(
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.EXPLICIT_VR_BIG_ENDIAN);

    /** Compressed pixel data that can be made and read again without loss. */
    public static final List<TransferSyntax> COMPRESSED =
            List.of(RLE, JPEG_LS, JPEG_2000, JPEG_FIRST_ORDER, JPEG_LOSSLESS);

    /** Everything that can be made. */
    public static final List<TransferSyntax> ALL =
            Stream.concat(UNCOMPRESSED.stream(), COMPRESSED.stream()).toList();

    public static final TranscodeSettings NEVER = new TranscodeSettings(false, List.of());
    public static final TranscodeSettings UNCOMPRESSED_VR = new TranscodeSettings(false, UNCOMPRESSED.subList(0, 2));
    public static final TranscodeSettings LOSSLESS = new TranscodeSettings(
            true,
            Stream.concat(UNCOMPRESSED.subList(0, 2).stream(), COMPRESSED.stream())
                    .toList());

    /** Copies the list. */
    public TranscodeSettings {
        syntaxes = List.copyOf(syntaxes);
    }

    /** Whether anything is made. */
    public boolean isOn() {
        return !syntaxes.isEmpty();
    }

    /** Whether the pixel data of this syntax is uncompressed. */
    public static boolean isUncompressed(TransferSyntax syntax) {
        return UNCOMPRESSED.contains(syntax);
    }

    /** What may be made of an instance in this syntax, the preferred one first; without that syntax itself. */
    public List<TransferSyntax> targets(TransferSyntax received) {
        if (!ALL.contains(received) || (!pixels && !isUncompressed(received))) {
            return List.of();
        }
        List<TransferSyntax> targets = new ArrayList<>(syntaxes);
        targets.remove(received);
        return targets;
    }

    /**
     * The syntaxes in which an instance can be sent, the preferred one first. When the destination says what it takes:
     * that in which it was received, and then what can be made of it. Over DICOMweb it does not, and the settings
     * decide alone; what they do not make is sent as it was received.
     */
    public List<TransferSyntax> forms(TransferSyntax received, boolean negotiated) {
        List<TransferSyntax> targets = targets(received);
        if (negotiated) {
            return Stream.concat(Stream.of(received), targets.stream()).toList();
        }
        List<TransferSyntax> taken = pixels ? syntaxes : UNCOMPRESSED_VR.syntaxes.subList(0, 1);
        List<TransferSyntax> made = targets.stream().filter(taken::contains).toList();
        return made.isEmpty() || taken.contains(received) ? List.of(received) : made;
    }
}
