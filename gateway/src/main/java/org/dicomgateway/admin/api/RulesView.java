package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The rules in force, and the state of their file.
 *
 * @param version the version in the ledger and the forward log
 * @param since when they came into force
 * @param source the routing file, absolute
 * @param broken the problems of a later version of the file, because of which the version above is still in force;
 *     empty when the file is correct
 * @param needRestart keys of {@code gateway.conf} that were changed since the start: they take effect after a restart
 */
public record RulesView(long version, Instant since, String source, Optional<Broken> broken, List<String> needRestart) {

    /** Copies the list. */
    public RulesView {
        needRestart = List.copyOf(needRestart);
    }

    /**
     * An edit of the file with errors.
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
