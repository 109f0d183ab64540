package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The running gateway.
 *
 * @param version of the program
 * @param started when it came up
 * @param listening where it takes associations
 * @param closedBecause why it takes nothing now; empty when it does
 * @param threads those it cannot do without
 * @param auditComplete when the audit trail was last on disk as a whole; empty without one
 */
public record ProcessView(
        String version,
        Instant started,
        List<String> listening,
        Optional<String> closedBecause,
        List<ThreadView> threads,
        Optional<Instant> auditComplete) {

    /** Copies the lists. */
    public ProcessView {
        listening = List.copyOf(listening);
        threads = List.copyOf(threads);
    }

    /** Why a supervisor should send nobody here; empty when it should. */
    public Optional<String> notReadyBecause() {
        return threads.stream()
                .filter(thread -> !thread.alive())
                .findFirst()
                .map(thread -> "the thread " + thread.name() + " has ended, and must not: restart the gateway")
                .or(() -> closedBecause);
    }
}
