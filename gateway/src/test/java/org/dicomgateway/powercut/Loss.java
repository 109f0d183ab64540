package org.dicomgateway.powercut;

/** What a power cut takes of what was not synced. */
enum Loss {
    NOTHING,
    ALL,
    /** Sectors, and the newest names, as chance has it. */
    SOME
}
