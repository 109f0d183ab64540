package org.dicomgateway.audit;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.audit.Journal.Entry;
import org.dicomgateway.audit.Journal.Position;
import org.dicomgateway.process.LongLived;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the trail to a syslog server, in order. After an outage or a restart, it continues where it stopped. A
 * message counts as sent when the server is still connected some time later. A message that does not count is sent
 * again. The server can therefore get a message twice, but it misses none that is still in the trail.
 *
 * <p>Why no library does this: docs/decisions/0009.
 */
final class SyslogSender implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SyslogSender.class);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 500;
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    /** Opens a connection to the server. */
    interface Dialler {
        SyslogLink dial() throws IOException;
    }

    private record Sent(Position next, long atNanos) {}

    private final Journal journal;
    private final Cursor cursor;
    private final Syslog format;
    private final Dialler dialler;
    private final String server;
    private final Duration patience;
    private final LongLived thread = LongLived.daemon("audit-syslog", this::run);

    private final Object news = new Object();
    private final Deque<Sent> unsettled = new ArrayDeque<>();
    private Position position = new Position(0, 0);
    private Position kept = new Position(0, 0);
    private volatile @Nullable SyslogLink link;
    private volatile long busySince;
    private volatile boolean closing;
    private volatile boolean isUp = true;
    /** Whether the last connection stayed open for some time. A server that closes at once counts as unavailable. */
    private boolean stood;

    /**
     * Sends to a server, called {@code server} in log messages. Breaks off a write that takes longer than {@code
     * patience}.
     */
    SyslogSender(Journal journal, Cursor cursor, Syslog format, Dialler dialler, String server, Duration patience) {
        this.journal = journal;
        this.cursor = cursor;
        this.format = format;
        this.dialler = dialler;
        this.server = server;
        this.patience = patience;
    }

    void start() throws IOException {
        Optional<Position> sent = cursor.read();
        position = sent.isPresent() ? sent.get() : journal.begin();
        kept = position;
        thread.start();
    }

    LongLived thread() {
        return thread;
    }

    /** Signals that there are more messages to send. */
    void wake() {
        synchronized (news) {
            news.notifyAll();
        }
    }

    /** Breaks off a write that takes too long. Call this method regularly. */
    void watch() {
        long since = busySince;
        SyslogLink current = link;
        if (since != 0 && current != null && System.nanoTime() - since > patience.toNanos()) {
            LOG.warn(
                    "audit trail: syslog server {} has accepted no data for {}; the connection is" + " closed",
                    server,
                    patience);
            hangUp(current);
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!closing || hasLastWords()) {
            stood = false;
            try (SyslogLink opened = dialler.dial()) {
                link = opened;
                busySince = System.nanoTime();
                opened.begin();
                converse(opened);
            } catch (IOException e) {
                pause = stood ? FIRST_PAUSE : pause;
                tellDown(e);
                unsettled.clear();
                position = kept;
                if (closing) {
                    return;
                }
                rest(pause.toMillis());
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                busySince = 0;
                link = null;
            }
        }
    }

    private boolean hasLastWords() {
        return kept.compareTo(journal.end()) < 0 && !Thread.currentThread().isInterrupted();
    }

    /** Sends until the connection ends or this sender is closed. */
    private void converse(SyslogLink to) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!closing || hasLastWords()) {
            List<Entry> entries = journal.read(position);
            skipped(entries);
            for (Entry entry : entries) {
                // A slow server is not stuck: the limit applies to each message.
                busySince = System.nanoTime();
                to.send(format.message(entry.message()));
                position = entry.next();
            }
            busySince = System.nanoTime();
            to.check();
            busySince = 0;
            if (System.nanoTime() - begin >= to.settling().toNanos()) {
                stood = true;
                tellUp();
            }
            if (!entries.isEmpty()) {
                unsettled.add(new Sent(position, System.nanoTime()));
            }
            settle(to.settling());
            if (entries.isEmpty() || !unsettled.isEmpty()) {
                synchronized (news) {
                    if (journal.end().equals(position)) {
                        news.wait(LOOK_MILLIS);
                    }
                }
            }
        }
    }

    private void settle(Duration settling) throws IOException {
        long before = System.nanoTime() - settling.toNanos();
        Position last = kept;
        for (Sent sent = unsettled.peek(); sent != null && sent.atNanos <= before; sent = unsettled.peek()) {
            last = unsettled.remove().next;
        }
        if (!last.equals(kept)) {
            cursor.write(last);
            kept = last;
        }
    }

    /** Reports files that were deleted for lack of space before the server had them. */
    private void skipped(List<Entry> entries) {
        if (!entries.isEmpty() && entries.get(0).next().file() > position.file() + 1) {
            LOG.error(
                    "audit trail: syslog server {} was unavailable for too long: {} files of messages were deleted"
                            + " unsent;"
                            + " gateway.audit.total-size bounds what is kept",
                    server,
                    entries.get(0).next().file() - position.file() - 1);
        }
    }

    private void tellUp() {
        if (!isUp) {
            LOG.info("audit trail: syslog server {} is available again", server);
        }
        isUp = true;
    }

    private void tellDown(IOException e) {
        if (isUp && !closing) {
            LOG.warn("audit trail: syslog server {} is unavailable ({}); messages wait on disk", server, e.toString());
        }
        isUp = false;
    }

    private void rest(long millis) {
        synchronized (news) {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            try {
                for (long left = millis; left > 0 && !closing; left = (until - System.nanoTime()) / 1_000_000) {
                    news.wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void hangUp(SyslogLink current) {
        try {
            current.close();
        } catch (IOException e) {
            LOG.debug("hanging up", e);
        }
    }

    /** Sends the remaining messages for some seconds at most. The rest waits for the next start. */
    @Override
    public void close() {
        closing = true;
        wake();
        try {
            thread.join(LAST_WORDS.toMillis());
            if (thread.isAlive()) {
                SyslogLink current = link;
                if (current != null) {
                    hangUp(current);
                }
                thread.interrupt();
                thread.join(LAST_WORDS.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
