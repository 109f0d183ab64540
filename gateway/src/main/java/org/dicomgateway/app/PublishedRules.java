package org.dicomgateway.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** Guarded by the monitor, and so is the version of the rules that it is of. */
    private String transforms = "";

    private long transformsOf = -1;

    PublishedRules(RulesInForce rules, RulesWatcher watcher) {
        this.rules = rules;
        this.watcher = watcher;
    }

    /** The file itself, if the configuration names a link to it. */
    private Path file() throws IOException {
        return rules.file().toRealPath();
    }

    /** {@inheritDoc} It is read from a file beside the one that the configuration names: with what it includes. */
    @Override
    public synchronized List<String> problems(String text) {
        if (text.indexOf('\0') >= 0) {
            return List.of(
                    rules.file() + ": it contains the character U+0000, which the database cannot keep: remove it");
        }
        try {
            Path file = file();
            Path named = rules.file().toAbsolutePath();
            Path proposed = beside(named, PROPOSED);
            if (!Files.isWritable(file.resolveSibling(""))) {
                return List.of(cannotBeReplaced(
                        new AccessDeniedException(file.resolveSibling("").toString())));
            }
            try {
                DurableFile.writeLike(file, proposed, text);
                RoutingFile read = Configuration.readRouting(proposed);
                return Optional.of(read.problems())
                        .filter(problems -> !problems.isEmpty())
                        .or(() -> read.settings()
                                .flatMap(settings -> Configuration.notInCluster(named, settings))
                                .map(List::of))
                        .orElse(List.of())
                        .stream()
                        .map(Problem::toString)
                        .map(problem -> problem.replace(proposed.toString(), named.toString()))
                        .toList();
            } finally {
                Files.deleteIfExists(proposed);
            }
        } catch (UncheckedIOException e) {
            return List.of(cannotBeReplaced(Objects.requireNonNull(e.getCause())));
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
            // As bytes: what somebody wrote there need not be UTF-8.
            if (!Arrays.equals(Files.readAllBytes(file), text.getBytes(StandardCharsets.UTF_8))) {
                Path before = beside(file, BEFORE);
                Files.copy(file, before, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                DurableFile.writeLike(file, file, text);
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

    /** {@inheritDoc} Calculated anew only for other rules: it is asked for all the time. */
    @Override
    public synchronized String transforms() {
        long version = rules.table().version();
        if (version != transformsOf) {
            Map<String, String> versions = rules.transforms();
            transforms = versions.isEmpty() ? "" : ClusterRules.digest(versions.toString());
            transformsOf = version;
        }
        return transforms;
    }

    @Override
    public String inForce() {
        return watcher.digest();
    }
}
