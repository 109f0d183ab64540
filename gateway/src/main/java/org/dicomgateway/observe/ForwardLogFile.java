package org.dicomgateway.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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

    // Guarded by the lock of the stream.
    private long nextWrite = System.nanoTime();
    private boolean waiting;

    @Override
    public void start() {
        setImmediateFlush(false);
        setBufferSize(BUFFER);
        super.start();
    }

    @Override
    protected void subAppend(ILoggingEvent event) {
        super.subAppend(event);
        streamWriteLock.lock();
        try {
            long wait = nextWrite - System.nanoTime();
            if (wait <= 0) {
                write();
            } else if (!waiting) {
                waiting = true;
                getContext().getScheduledExecutorService().schedule(this::flush, wait, TimeUnit.NANOSECONDS);
            }
        } finally {
            streamWriteLock.unlock();
        }
    }

    /** Writes what has gathered. */
    void flush() {
        streamWriteLock.lock();
        try {
            waiting = false;
            write();
        } finally {
            streamWriteLock.unlock();
        }
    }

    private void write() {
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
