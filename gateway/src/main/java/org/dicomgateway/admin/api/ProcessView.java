package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The running gateway.
 *
 * @param version of the program
 * @param started when it started
 * @param listening the addresses where it accepts associations
 * @param closedBecause why it accepts nothing now; empty when it does
 * @param threads the threads that must always run
 * @param auditComplete when the audit trail was last completely on disk; empty without an audit trail
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

    /** Why a supervisor should send no traffic here; empty when it should. */
    public Optional<String> notReadyBecause() {
        return threads.stream()
                .filter(thread -> !thread.alive())
                .findFirst()
                .map(thread -> "the thread " + thread.name() + " has ended, but must always run: restart the gateway")
                .or(() -> closedBecause);
    }
}
