package org.dicomgateway.dicom;

/** What a presentation context is proposed for: one SOP class in exactly one transfer syntax. */
public record PresentationPair(Uid sopClass, TransferSyntax transferSyntax) {

    /** Contexts that one association can propose: odd identifiers 1 to 255 (PS3.8 9.3.2.2). */
    public static final int MAX_PER_ASSOCIATION = 128;
}
