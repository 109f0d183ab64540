package org.dicomgateway.verify;

import java.util.Optional;
import org.dicomgateway.spool.CopyState;

/**
 * What a check of one copy found.
 *
 * @param how by what means, for operators
 * @param detail what was found, if it is not verified; otherwise empty
 * @param md5 of the destination's file, if its content was compared and is what was sent
 * @param undecided whether it is unverifiable only because the bytes that were sent are gone: sent again, it can be
 *     compared
 */
public record Finding(CopyState state, String how, String detail, Optional<String> md5, boolean undecided) {

    static Finding verified(String how, Optional<String> md5) {
        return new Finding(CopyState.VERIFIED, how, "", md5, false);
    }

    static Finding missing(String how) {
        return new Finding(CopyState.MISSING, how, "the server does not have it", Optional.empty(), false);
    }

    static Finding differing(String how, String detail) {
        return new Finding(CopyState.DIFFERING, how, detail, Optional.empty(), false);
    }

    static Finding replaced() {
        return new Finding(
                CopyState.REPLACED, "the ledger", "a newer version was sent there since", Optional.empty(), false);
    }

    static Finding unverifiable(String how, String detail) {
        return new Finding(CopyState.UNVERIFIABLE, how, detail, Optional.empty(), false);
    }

    /** The same, with more to say. */
    Finding with(String more) {
        return new Finding(state, how, detail + "; " + more, md5, undecided);
    }

    static Finding undecided(String how, String detail) {
        return new Finding(CopyState.UNVERIFIABLE, how, detail, Optional.empty(), true);
    }
}
