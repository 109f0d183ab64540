package org.dicomgateway.config.reader;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.settings.RoutingSettings;

/**
 * The result of reading a {@code routing.conf} once.
 *
 * @param files the files that its content depends on: the file and everything that it includes, also files that do
 *     not exist yet; absolute
 * @param settings the rules; empty when there is any problem
 * @param problems all problems, sorted by file and line
 */
public record RoutingFile(Set<Path> files, Optional<RoutingSettings> settings, List<Problem> problems) {

    /** Copies both. */
    public RoutingFile {
        files = Set.copyOf(files);
        problems = List.copyOf(problems);
    }
}
