package org.dicomgateway.config.events;

import java.util.Locale;

/** What a receiver can be told. */
public enum EventKind {
    /** Nothing of a study arrived for a while, and all of it is where it belongs. */
    STUDY_COMPLETE,
    /** Something of a study is parked, or undelivered for long. */
    STUDY_STUCK,
    /** A destination takes nothing. */
    DESTINATION_DOWN,
    /** A destination that was down takes instances again. */
    DESTINATION_UP,
    /** A destination that was asked for storage commitment reported failures. */
    COMMITMENT_FAILED,
    /** A check found that a destination does not hold what was delivered to it. */
    COPY_MISSING,
    /** Little space is left on the file system of the spool. */
    DISK_LOW,
    /** Deliveries to a destination were given up until an operator decides. */
    PARKED;

    /** Whether the event is about one study. */
    public boolean isOfStudy() {
        return this == STUDY_COMPLETE || this == STUDY_STUCK;
    }

    /** The name as it is written in the configuration, and in the type of a CloudEvent. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
