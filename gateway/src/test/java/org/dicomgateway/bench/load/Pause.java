package org.dicomgateway.bench.load;

import java.time.Duration;

/** Lets time pass. */
public final class Pause {

    private Pause() {}

    /** Ends the measurement when somebody interrupts it. */
    public static void of(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
