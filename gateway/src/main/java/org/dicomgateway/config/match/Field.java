package org.dicomgateway.config.match;

/**
 * A part of an instance that a pattern can match.
 *
 * @param kind where it is found
 * @param tag the tag of the attribute; 0 for the other kinds
 * @param name as the operator wrote it: {@code called-ae}, {@code StudyDescription}, {@code (0019,100A)}
 */
public record Field(Kind kind, int tag, String name) {

    /** Where a field is found. */
    public enum Kind {
        /** The sender's AE title. */
        CALLING_AE,
        /** The AE title that the sender called. */
        CALLED_AE,
        /** SOP Class UID. */
        SOP_CLASS,
        /** UID of the transfer syntax in which it was received. */
        TRANSFER_SYNTAX,
        /** A top-level attribute of the dataset. */
        ATTRIBUTE
    }

    @Override
    public String toString() {
        return name;
    }
}
