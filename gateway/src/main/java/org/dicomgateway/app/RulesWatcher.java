package org.dicomgateway.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.reader.RoutingFile;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks twice a second at the routing file and all files that it includes. It applies a change when two looks in a row
 * find the same new content. So a file that is written in steps, replaced, or reached by changing links is read only
 * when it is complete, and well within two seconds.
 *
 * <p>It polls because nothing else works in all these cases on every file system, including network file systems.
 */
final class RulesWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RulesWatcher.class);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** More than enough when somebody writes the file during a reload. */
    private static final int ATTEMPTS = 5;

    private final Path file;
    private final RulesInForce rules;
    private final RestartNeeds restart;
    private final Repeating looking = new Repeating("rules-watcher", INTERVAL, this::look);

    private Set<Path> files;
    private FileContents seen;
    private FileContents settled;
    private volatile String digest = "";

    /** Watches the file that {@code rules} were read from. It looks at nothing before {@link #start}. */
    RulesWatcher(Path file, RulesInForce rules, RestartNeeds restart) {
        this.file = file;
        this.rules = rules;
        this.restart = restart;
        this.files = Set.of(file);
        this.seen = FileContents.of(Set.of());
        this.settled = seen;
    }

    /**
     * Starts to look. The file may have changed since it was read at the start, so the first look always leads to a
     * read.
     */
    void start() {
        looking.start();
    }

    LongLived thread() {
        return looking.thread();
    }

    private void look() {
        lookOnce();
        restart.look();
    }

    /** Looks at the files once. A change is applied when the next look finds the same content. */
    synchronized void lookOnce() {
        FileContents now = FileContents.of(files);
        boolean calm = now.equals(seen);
        seen = now;
        if (calm && !now.equals(settled)) {
            read();
        }
    }

    /**
     * Reads the file now, whether it changed or not.
     *
     * @throws IllegalStateException when it keeps changing
     */
    synchronized ReloadView reload() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (read()) {
                return rules.lastReload();
            }
        }
        throw new IllegalStateException(file + " changes while it is read; it will be read when it no longer changes");
    }

    /** Returns false when the files changed while they were read. */
    private boolean read() {
        FileContents before = FileContents.of(files);
        RoutingFile read = Configuration.readRouting(file);
        files = read.files();
        FileContents after = FileContents.of(files);
        seen = after;
        if (!after.equals(before)) {
            return false;
        }
        rules.accept(read);
        settled = after;
        if (rules.lastReload().outcome() != ReloadView.Outcome.REFUSED) {
            digest = after.digests().getOrDefault(file.toAbsolutePath().normalize(), "");
        }
        return true;
    }

    /** SHA-256 of the routing file whose rules are in force, in hexadecimal digits; empty before the first look. */
    String digest() {
        return digest;
    }

    /** Stops looking. A change that is being applied is finished. */
    @Override
    public void close() {
        if (!looking.close(Duration.ofSeconds(10))) {
            LOG.warn("a change of the rules takes long; it continues in the background");
        }
    }
}
