package org.dicomgateway.dicom;

/** What a presentation context is proposed for: one SOP class in exactly one transfer syntax. */
public record PresentationPair(Uid sopClass, TransferSyntax transferSyntax) {

    /** Contexts that one association can propose: odd identifiers 1 to 255 (PS3.8 9.3.2.2). */
    public static final int MAX_PER_ASSOCIATION = 128;

    /** For C-ECHO (PS3.4 Annex A). */
    public static final PresentationPair VERIFICATION =
            new PresentationPair(Uid.of("1.2.840.10008.1.1"), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
}
