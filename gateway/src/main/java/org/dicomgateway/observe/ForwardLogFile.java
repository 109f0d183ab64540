package org.dicomgateway.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import org.dicomgateway.dicom.values.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * The file of the forward log. A line is in the file at once when the last write is a while ago, and at the latest
 * {@value #MILLIS} ms after it was logged: under load, many lines share one write. The order of lines stays. When the
 * process is killed, the lines of these milliseconds are lost. {@code conf/logback.xml} names this class.
 */
public final class ForwardLogFile extends RollingFileAppender<ILoggingEvent> {

    private static final long MILLIS = 20;
    private static final long NANOS = Duration.ofMillis(MILLIS).toNanos();
    private static final FileSize BUFFER = new FileSize(64L * ByteSize.KIB);

    // All guarded by the lock of the stream.
    private final Condition changed = streamWriteLock.newCondition();
    private long nextWrite = System.nanoTime();
    private boolean waiting;

    @Override
    public void start() {
        setImmediateFlush(false);
        setBufferSize(BUFFER);
        super.start();
        if (isStarted()) {
            Thread late = new Thread(this::writeWhatWaits, "forward-log");
            late.setDaemon(true);
            late.start();
        }
    }

    @Override
    public void stop() {
        super.stop();
        streamWriteLock.lock();
        try {
            changed.signal();
        } finally {
            streamWriteLock.unlock();
        }
    }

    @Override
    protected void subAppend(ILoggingEvent event) {
        super.subAppend(event);
        streamWriteLock.lock();
        try {
            if (nextWrite - System.nanoTime() <= 0) {
                write();
            } else if (!waiting) {
                waiting = true;
                changed.signal();
            }
        } finally {
            streamWriteLock.unlock();
        }
    }

    /** For lines that no other line follows in time. Ends with the appender. */
    private void writeWhatWaits() {
        streamWriteLock.lock();
        try {
            while (isStarted()) {
                long wait = nextWrite - System.nanoTime();
                if (!waiting) {
                    changed.await();
                } else if (wait > 0) {
                    changed.awaitNanos(wait);
                } else {
                    write();
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it. From now on the next line writes what waits.
            Thread.currentThread().interrupt();
        } finally {
            streamWriteLock.unlock();
        }
    }

    /** Writes what has gathered. */
    void flush() {
        streamWriteLock.lock();
        try {
            write();
        } finally {
            streamWriteLock.unlock();
        }
    }

    private void write() {
        waiting = false;
        nextWrite = System.nanoTime() + NANOS;
        @Nullable OutputStream out = getOutputStream();
        try {
            // None when the file is closed; closing it has written everything.
            if (out != null) {
                out.flush();
            }
        } catch (IOException e) {
            addError("lines of the forward log could not be written", e);
        }
    }
}
