package org.dicomgateway.transform;

import java.util.Optional;
import org.dicomgateway.config.transform.ProfileOption;

/**
 * What the profile does with an attribute.
 *
 * @param action without any option
 * @param keptBy the option with which it stays; empty: none
 * @param temporal whether it is a date or time that the options for dates are about
 */
record ProfileRow(Action action, Optional<ProfileOption> keptBy, boolean temporal) {

    /** What is done (PS3.15 E.3.1). */
    enum Action {
        /** It stays; a sequence with what may stay of its items. */
        K,
        /** It becomes empty. */
        Z,
        /** It gets a value that says nothing. */
        D,
        /** UIDs are replaced. */
        U,
        /** It is removed. */
        X,
        /** The Patient ID is replaced by its pseudonym. */
        P
    }

    /** An attribute that is not known to be safe. */
    static final ProfileRow REMOVED = new ProfileRow(Action.X, Optional.empty(), false);
}
