package org.dicomgateway.spool;

import java.time.Instant;
import java.util.Optional;
import org.dicomgateway.dicom.commitment.FailureReason;

/**
 * What a destination last reported about a copy that it was asked to commit (PS3.4 J.3.3).
 *
 * @param at when
 * @param failure why it is not committed; empty: the destination has committed its storage
 */
public record Commitment(Instant at, Optional<FailureReason> failure) {

    /** Whether the destination said that it does not have the instance. */
    public boolean isMissing() {
        return failure.filter(FailureReason.NO_SUCH_OBJECT_INSTANCE::equals).isPresent();
    }
}
