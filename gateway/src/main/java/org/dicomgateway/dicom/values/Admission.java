package org.dicomgateway.dicom.values;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** What an admitted association may do. */
public non-sealed interface Admission extends AssociationAnswer {

    /** No restrictions. */
    Admission UNLIMITED = new Admission() {
        @Override
        public String toString() {
            return "";
        }
    };

    /** Whether the association may send instances of this storage SOP class. */
    default boolean takes(Uid sopClass) {
        return true;
    }

    /**
     * The accepted transfer syntaxes, the preferred one first. Empty: any transfer syntax; then the first one that
     * the peer proposes is chosen.
     */
    default List<TransferSyntax> transferSyntaxes() {
        return List.of();
    }

    /**
     * Whether the identity of the user in the request was verified. A peer that asks for a response gets one (PS3.7
     * D.3.3.7).
     */
    default boolean identityVerified() {
        return false;
    }

    /** Returns a handler for the C-STORE requests of this association that applies its limits. */
    default CStoreScp limit(CStoreScp scp) {
        return scp;
    }

    /**
     * Counts bytes that came with an instance and are not of its dataset.
     *
     * @throws IOException when the association may not send so much
     */
    default void count(long bytes) throws IOException {}

    /**
     * Reads to its end what is not passed on. It counts for the limits as an instance does.
     *
     * @throws IOException when the association may not send so much, or {@code content} throws it
     */
    default void discard(InputStream content) throws IOException {
        content.transferTo(OutputStream.nullOutputStream());
    }

    /** The association is over or ends now. Can be called more than once, from any thread. */
    default void ended() {}
}
