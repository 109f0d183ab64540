package org.dicomgateway.bench;

import java.time.Duration;

/** Lets time pass. */
final class Pause {

    private Pause() {}

    /** Ends the measurement when somebody interrupts it. */
    static void of(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
