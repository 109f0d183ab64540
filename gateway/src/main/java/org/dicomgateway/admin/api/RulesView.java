package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The rules in force, and what became of their file since.
 *
 * @param version as it stands in the ledger and the forward log
 * @param since when they came into force
 * @param source the routing file, absolute
 * @param broken that the file has problems since, and the version above is therefore still in force; empty when it is well
 * @param needRestart keys of {@code gateway.conf} that were changed since the start: in force after a restart
 */
public record RulesView(long version, Instant since, String source, Optional<Broken> broken, List<String> needRestart) {

    /** Copies the list. */
    public RulesView {
        needRestart = List.copyOf(needRestart);
    }

    /**
     * A bad edit.
     *
     * @param since when it was noticed
     * @param problems each with file, line and reason
     */
    public record Broken(Instant since, List<String> problems) {

        /** Copies the list. */
        public Broken {
            problems = List.copyOf(problems);
        }
    }
}
