package org.dicomgateway.admin;

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
 */
public record ProcessView(String version, Instant started, List<String> listening, Optional<String> closedBecause) {

    /** Copies the list. */
    public ProcessView {
        listening = List.copyOf(listening);
    }
}
