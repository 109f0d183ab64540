package org.dicomgateway.dicom.values;

import java.util.List;

/** What an association that was let in may do. */
public non-sealed interface Admission extends AssociationAnswer {

    /** Everything, as much as it likes. */
    Admission UNLIMITED = new Admission() {
        @Override
        public String toString() {
            return "";
        }
    };

    /** Whether instances of this storage SOP class are taken. */
    default boolean takes(Uid sopClass) {
        return true;
    }

    /**
     * The transfer syntaxes that instances are taken in, the preferred one first; empty: in any, and of several the one
     * that the caller proposes first.
     */
    default List<TransferSyntax> transferSyntaxes() {
        return List.of();
    }

    /** Whether the user that the request named is who he says he is; a caller that asks for it is told (PS3.7 D.3.3.7). */
    default boolean identityVerified() {
        return false;
    }

    /** What serves the C-STORE requests of this association, within its limits. */
    default CStoreScp limit(CStoreScp scp) {
        return scp;
    }

    /** The association is over, or about to be. May be told more than once, by any thread. */
    default void ended() {}
}
