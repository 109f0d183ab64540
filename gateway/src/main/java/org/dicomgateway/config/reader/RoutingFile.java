package org.dicomgateway.config.reader;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.settings.RoutingSettings;

/**
 * What one look at a {@code routing.conf} gave.
 *
 * @param files what its content depends on: the file and everything it includes, also what it would include if it were
 *     there; absolute
 * @param settings the rules; empty when there is any problem
 * @param problems everything that is wrong, sorted by file and line
 */
public record RoutingFile(Set<Path> files, Optional<RoutingSettings> settings, List<Problem> problems) {

    /** Copies both. */
    public RoutingFile {
        files = Set.copyOf(files);
        problems = List.copyOf(problems);
    }
}
