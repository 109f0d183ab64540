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
 * Looks twice a second at the routing file and everything it includes, and has the rules changed when there is another
 * content that has stopped changing: one that was the same at two looks. A file that is written in steps, replaced, or
 * reached by links that are swapped is therefore read when it is complete, well within two seconds.
 *
 * <p>Polls because nothing else works for all of that, on every file system, network ones included.
 */
final class RulesWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RulesWatcher.class);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** More than enough for a file that somebody is writing while we are told to read it. */
    private static final int ATTEMPTS = 5;

    private final Path file;
    private final RulesInForce rules;
    private final RestartNeeds restart;
    private final Repeating looking = new Repeating("rules-watcher", INTERVAL, this::look);

    private Set<Path> files;
    private FileContents seen;
    private FileContents settled;

    /** Of the file that {@code rules} were read from; looks at nothing before {@link #start}. */
    RulesWatcher(Path file, RulesInForce rules, RestartNeeds restart) {
        this.file = file;
        this.rules = rules;
        this.restart = restart;
        this.files = Set.of(file);
        this.seen = FileContents.of(Set.of());
        this.settled = seen;
    }

    /** What was read at the start may have changed since: the first look is followed by reading, too. */
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

    /** One look; what it finds is applied by the second that finds it. */
    synchronized void lookOnce() {
        FileContents now = FileContents.of(files);
        boolean calm = now.equals(seen);
        seen = now;
        if (calm && !now.equals(settled)) {
            read();
        }
    }

    /**
     * Reads the file now, changed or not.
     *
     * @throws IllegalStateException when it changes all the time
     */
    synchronized ReloadView reload() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (read()) {
                return rules.lastReload();
            }
        }
        throw new IllegalStateException(file + " changes while it is read; it is read when it no longer does");
    }

    /** False when what was read is not, or not all, of what stands there now. */
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
        return true;
    }

    /** Looks no more; a change that is being made is finished. */
    @Override
    public void close() {
        if (!looking.close(Duration.ofSeconds(10))) {
            LOG.warn("a change of the rules takes long; it is left to itself");
        }
    }
}
