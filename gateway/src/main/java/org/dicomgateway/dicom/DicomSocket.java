package org.dicomgateway.dicom;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/**
 * A TCP connection on which DICOM is spoken well.
 *
 * <ul>
 *   <li>It acknowledges at once what it reads. DCMTK and Orthanc write a message in several segments with Nagle's
 *       algorithm on; the peer's kernel then waits for our delayed acknowledgement, 44 ms for each message. The option
 *       is not sticky, so it is set again before every read.
 *   <li>It sends at once what it writes, and every write has a time limit, kept by a {@link Watchdog}.
 *   <li>Reads have the time limit of the moment: {@link #readBefore}, {@link #awaitMessage}.
 *   <li>What comes in is bounded, see {@link PduGuard}.
 * </ul>
 */
final class DicomSocket extends Socket {

    private static final int READ_BUFFER = 65_536;
    private static final boolean QUICK_ACK = quickAckSupported();

    private final Watchdog watchdog;
    private final long writeTimeoutNanos;
    private final ReadLimit limit = new ReadLimit();
    private final int maxPduLength;

    private volatile long writingSince;
    private volatile boolean timedOut;
    private volatile PduGuard guard = new PduGuard(InputStream.nullInputStream(), 0);

    /** An unconnected socket; {@link #start} makes it ready once it is connected. */
    DicomSocket(Watchdog watchdog, Duration writeTimeout, int maxPduLength) {
        this.watchdog = watchdog;
        this.writeTimeoutNanos = writeTimeout.toNanos();
        this.maxPduLength = maxPduLength;
    }

    /** Sets the options of a connected socket and puts it under the watchdog. */
    void start() throws IOException {
        setTcpNoDelay(true);
        setKeepAlive(true);
        guard = new PduGuard(
                new BufferedInputStream(new TimedInput(super.getInputStream()), READ_BUFFER), maxPduLength);
        watchdog.watch(this);
    }

    /** All reads together end before this time has passed. */
    void readBefore(Duration timeout) {
        limit.before(timeout);
    }

    /** The next read waits at most {@code idle}; once something has come, each further one at most {@code between}. */
    void awaitMessage(Duration idle, Duration between) {
        limit.await(idle, between);
    }

    /** Reads wait for ever, until the socket is closed. Only where somebody else keeps the time. */
    void readWithoutLimit() {
        limit.none();
    }

    /** Whether a time limit for reading or writing has passed. */
    boolean timedOut() {
        return timedOut;
    }

    /** Whether the peer has sent A-ABORT. */
    boolean peerAborted() {
        return guard.sawAbort();
    }

    /** Whether a write is going on: what is written besides it would have to wait. */
    boolean isWriting() {
        return writingSince != 0;
    }

    /** For the watchdog: closes the socket when the write going on takes too long. */
    void closeWhenStuck(long now) {
        long since = writingSince;
        if (since != 0 && now - since > writeTimeoutNanos) {
            timedOut = true;
            closeQuietly();
        }
    }

    void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            // Closing is all that can be done, and the kernel has the socket now.
        }
    }

    @Override
    public InputStream getInputStream() {
        return guard;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new TimedOutput(super.getOutputStream());
    }

    @Override
    public synchronized void close() throws IOException {
        watchdog.forget(this);
        super.close();
    }

    private static boolean quickAckSupported() {
        try (Socket socket = new Socket()) {
            return socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
        } catch (IOException e) {
            return false;
        }
    }

    private final class TimedInput extends InputStream {

        private final InputStream in;

        TimedInput(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (QUICK_ACK) {
                setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
            }
            try {
                setSoTimeout(limit.nextMillis());
                int n = in.read(b, off, len);
                limit.received();
                return n;
            } catch (java.net.SocketTimeoutException e) {
                timedOut = true;
                throw Aborts.becauseOfTimeout(e);
            }
        }
    }

    private final class TimedOutput extends FilterOutputStream {

        TimedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            writingSince = System.nanoTime() | 1;
            try {
                out.write(b, off, len);
            } finally {
                writingSince = 0;
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void close() throws IOException {
            DicomSocket.this.close();
        }
    }
}
