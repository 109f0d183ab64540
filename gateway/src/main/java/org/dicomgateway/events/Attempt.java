package org.dicomgateway.events;

import java.time.Duration;
import java.util.Optional;

/**
 * The result of telling an event.
 *
 * @param taken whether the receiver has it
 * @param problem why not, for operators; empty when it was taken
 * @param pause how long the receiver asked to be left alone; empty: it did not say
 * @param gone whether the receiver is gone for good
 */
record Attempt(boolean taken, String problem, Optional<Duration> pause, boolean gone) {

    static final Attempt TAKEN = new Attempt(true, "", Optional.empty(), false);

    static Attempt failed(String problem) {
        return new Attempt(false, problem, Optional.empty(), false);
    }

    /** The receiver asked to be left alone for this time. */
    static Attempt later(String problem, Optional<Duration> pause) {
        return new Attempt(false, problem, pause, false);
    }

    static Attempt gone(String problem) {
        return new Attempt(false, problem, Optional.empty(), true);
    }
}
