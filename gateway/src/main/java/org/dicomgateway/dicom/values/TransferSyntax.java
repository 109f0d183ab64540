package org.dicomgateway.dicom.values;

/**
 * How a dataset is encoded (PS3.5 10). It contains only the methods that the gateway needs. Every other transfer
 * syntax is explicit VR little endian with encapsulated pixel data (PS3.5 A.4).
 */
public record TransferSyntax(Uid uid) implements Comparable<TransferSyntax> {

    /** Implicit VR Little Endian, the default of DICOM (PS3.5 A.1). */
    public static final TransferSyntax IMPLICIT_VR_LITTLE_ENDIAN = of("1.2.840.10008.1.2");
    /** Explicit VR Little Endian (PS3.5 A.2). */
    public static final TransferSyntax EXPLICIT_VR_LITTLE_ENDIAN = of("1.2.840.10008.1.2.1");
    /** Deflated Explicit VR Little Endian (PS3.5 A.5). */
    public static final TransferSyntax DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = of("1.2.840.10008.1.2.1.99");
    /** Explicit VR Big Endian, retired but still sent (PS3.5 A.3, 2016b). */
    public static final TransferSyntax EXPLICIT_VR_BIG_ENDIAN = of("1.2.840.10008.1.2.2");

    private static final TransferSyntax JPIP_REFERENCED_DEFLATE = of("1.2.840.10008.1.2.4.95");

    /** The transfer syntax with this UID. Accepts any UID, also private ones. */
    public static TransferSyntax of(String uid) {
        return new TransferSyntax(Uid.of(uid));
    }

    /** Whether the whole dataset is deflated, not only its pixel data. */
    public boolean isDeflated() {
        return equals(DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN) || equals(JPIP_REFERENCED_DEFLATE);
    }

    @Override
    public int compareTo(TransferSyntax other) {
        return uid.compareTo(other.uid);
    }

    @Override
    public String toString() {
        return uid.value();
    }
}
