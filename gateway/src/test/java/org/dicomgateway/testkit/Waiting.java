package org.dicomgateway.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for a child process to be ready, and says what it wrote when it is not. */
final class Waiting {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Waiting() {}

    static void until(String what, Child child, Callable<Boolean> ready) {
        try {
            Awaitility.await(what)
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !child.isAlive() || ready.call());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("no " + what + " within " + LIMIT + ":\n" + child.output(), e);
        }
        if (!child.isAlive()) {
            throw new IllegalStateException("no " + what + ", the process ended:\n" + child.output());
        }
    }
}
