package org.dicomgateway.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.cluster.ClusterRules;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.reader.RoutingFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators publish for all gateways of a cluster takes the place of this gateway's routing file: there, you find
 * and edit the rules in force, as ever. The file before is kept beside it.
 */
final class PublishedRules implements ClusterRules.Target {

    private static final Logger LOG = LoggerFactory.getLogger(PublishedRules.class);
    private static final String BEFORE = ".before";
    private static final String PROPOSED = ".proposed";

    private final RulesInForce rules;
    private final RulesWatcher watcher;

    PublishedRules(RulesInForce rules, RulesWatcher watcher) {
        this.rules = rules;
        this.watcher = watcher;
    }

    /** The file itself, if the configuration names a link to it. */
    private Path file() throws IOException {
        return rules.file().toRealPath();
    }

    /** {@inheritDoc} It is read from a file beside the routing file, as that would be: with what it includes. */
    @Override
    public synchronized List<String> problems(String text) {
        try {
            Path file = file();
            Path proposed = beside(file, PROPOSED);
            try {
                Files.writeString(proposed, text);
                DurableFile.makeAlike(proposed, file);
                RoutingFile read = Configuration.readRouting(proposed);
                return Optional.of(read.problems())
                        .filter(problems -> !problems.isEmpty())
                        .or(() -> read.settings()
                                .flatMap(settings -> Configuration.notInCluster(file, settings))
                                .map(List::of))
                        .orElse(List.of())
                        .stream()
                        .map(Problem::toString)
                        .map(problem -> problem.replace(proposed.toString(), file.toString()))
                        .toList();
            } finally {
                Files.deleteIfExists(proposed);
            }
        } catch (IOException e) {
            return List.of(cannotBeReplaced(e));
        }
    }

    private String cannotBeReplaced(IOException e) {
        return rules.file() + " cannot be replaced: " + e
                + "; let the gateway write its folder, or change the file there";
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    @Override
    public synchronized void putInForce(String text, String mention) {
        List<String> problems = problems(text);
        if (!problems.isEmpty()) {
            throw new IllegalStateException(String.join("; ", problems));
        }
        try {
            Path file = file();
            if (!Files.readString(file).equals(text)) {
                Path before = beside(file, BEFORE);
                Files.copy(file, before, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                DurableFile.replaceAlike(file, text);
                LOG.info("rules: {} has what {} published; what it had is in {}", file, mention, before);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(cannotBeReplaced(e), e);
        }
        ReloadView reload = watcher.reload();
        if (reload.outcome() == ReloadView.Outcome.REFUSED) {
            throw new IllegalStateException(String.join("; ", reload.details()));
        }
    }

    @Override
    public String inForce() {
        return watcher.digest();
    }
}
