package org.dicomgateway.dicom.wire;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;
import org.dicomgateway.dicom.acceptor.AssociationMemory;
import org.jspecify.annotations.Nullable;

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
 *
 * <p>All of it holds with TLS on it, too ({@link #secure}): acknowledging and the time limits are below TLS, the bounds
 * above it.
 */
public final class DicomSocket extends Socket {

    /** Puts TLS on the plain connection; the handshake is yet to come. */
    @FunctionalInterface
    public interface TlsLayer {
        SSLSocket over(Socket wire) throws IOException;
    }

    /** Each connection has one of it, with TLS above it as well: see {@link AssociationMemory}. */
    private static final int READ_BUFFER = 32_768;

    private static final boolean QUICK_ACK = quickAckSupported();

    private final Watchdog watchdog;
    private final long writeTimeoutNanos;
    private final ReadLimit limit = new ReadLimit();
    private final PduGuard.Side side;
    private final int maxPduLength;

    private volatile long writingSince;
    private volatile boolean timedOut;
    private PduGuard.BeforeParsing beforeParsing = () -> {};
    private volatile PduGuard guard;
    private volatile TitleGuard titles = new TitleGuard(InputStream.nullInputStream());
    private final AtomicBoolean farewell = new AtomicBoolean();
    private volatile @Nullable SSLSocket tls;
    private InputStream wireIn = InputStream.nullInputStream();

    /** An unconnected socket; {@link #start} makes it ready once it is connected. */
    public DicomSocket(Watchdog watchdog, Duration writeTimeout, PduGuard.Side side, int maxPduLength) {
        this.watchdog = watchdog;
        this.writeTimeoutNanos = writeTimeout.toNanos();
        this.side = side;
        this.maxPduLength = maxPduLength;
        this.guard = guard(InputStream.nullInputStream());
    }

    /** What an A-ASSOCIATE PDU waits for before it is read; to be set before {@link #start}. */
    public void parseAfter(PduGuard.BeforeParsing turn) {
        beforeParsing = turn;
    }

    /** Sets the options of a connected socket and puts it under the watchdog. */
    public void start() throws IOException {
        setTcpNoDelay(true);
        setKeepAlive(true);
        wireIn = new BufferedInputStream(new TimedInput(super.getInputStream()), READ_BUFFER);
        guard = guard(wireIn);
        watchdog.watch(this);
    }

    /**
     * Makes the TLS handshake, within the limits that are set; from then on everything is encrypted. When it fails nothing
     * was read or written in the clear, and the socket is good for nothing but to be closed.
     */
    public void secure(TlsLayer layer) throws IOException {
        SSLSocket secured = layer.over(new Wire());
        secured.startHandshake();
        guard = guard(new BufferedInputStream(secured.getInputStream(), READ_BUFFER));
        tls = secured;
    }

    private PduGuard guard(InputStream in) {
        return new PduGuard(titled(in), side, maxPduLength, beforeParsing);
    }

    private TitleGuard titled(InputStream plain) {
        titles = new TitleGuard(plain);
        return titles;
    }

    /** The AE titles that came, as they came. */
    public TitleGuard titles() {
        return titles;
    }

    /** What was agreed on by {@link #secure}; empty without it. */
    public Optional<SSLSession> tlsSession() {
        return Optional.ofNullable(tls).map(SSLSocket::getSession);
    }

    /** All reads together end before this time has passed. */
    public void readBefore(Duration timeout) {
        limit.before(timeout);
    }

    /**
     * The next read waits at most {@code idle}; once something has come, each further one at most {@code between}, and all
     * of them together bring at least {@code minRate} bytes a second, 0 for any; see {@link ReadLimit}.
     */
    public void awaitMessage(Duration idle, Duration between, long minRate) {
        limit.await(idle, between, minRate);
    }

    /** Reads wait for ever, until the socket is closed. Only where somebody else keeps the time. */
    public void readWithoutLimit() {
        limit.none();
    }

    /** Whether a time limit for reading or writing has passed. */
    public boolean timedOut() {
        return timedOut;
    }

    /** Whether the peer has sent A-ABORT. */
    public boolean peerAborted() {
        return guard.sawAbort();
    }

    /** Whether a write is going on: what is written besides it would have to wait. */
    public boolean isWriting() {
        return writingSince != 0;
    }

    /** For the watchdog: closes the socket when the write going on takes too long. */
    void closeWhenStuck(long now) {
        long since = writingSince;
        if (since != 0 && now - since > writeTimeoutNanos) {
            timedOut = true;
            try {
                closeWire();
            } catch (IOException e) {
                // As below.
            }
        }
    }

    public void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            // Closing is all that can be done, and the kernel has the socket now.
        }
    }

    /** What still comes in, decrypted, when nobody reads PDUs any more. */
    public InputStream unguarded() {
        return guard.unguarded();
    }

    @Override
    public InputStream getInputStream() {
        return guard;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        SSLSocket secured = tls;
        return secured == null ? new TimedOutput(super.getOutputStream()) : secured.getOutputStream();
    }

    /** With TLS, the peer is told that this is the end and no cut (RFC 8446 6.1), if that can be sent at once. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the word of farewell must not hold up the watchdog
    public void close() throws IOException {
        SSLSocket secured = tls;
        try {
            if (secured != null && !isClosed() && !isWriting() && farewell.compareAndSet(false, true)) {
                secured.shutdownOutput();
            }
        } catch (IOException e) {
            // The peer is gone already.
        } finally {
            closeWire();
        }
    }

    private void closeWire() throws IOException {
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
            while (true) {
                Object asked = limit.rule();
                try {
                    setSoTimeout(limit.nextMillis());
                    long begin = System.nanoTime();
                    int n = in.read(b, off, len);
                    limit.received(n, System.nanoTime() - begin);
                    return n;
                } catch (SocketTimeoutException e) {
                    // A limit that was lifted while this read waited under it has not passed.
                    if (limit.rule() == asked) {
                        timedOut = true;
                        throw e;
                    }
                }
            }
        }
    }

    /** The plain connection, for TLS to be put on. It asks for no more of a socket than this. */
    private final class Wire extends Socket {

        @Override
        public InputStream getInputStream() {
            return wireIn;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new TimedOutput(DicomSocket.super.getOutputStream());
        }

        @Override
        public boolean isConnected() {
            return DicomSocket.this.isConnected();
        }

        @Override
        public boolean isClosed() {
            return DicomSocket.this.isClosed();
        }

        @Override
        public InetAddress getInetAddress() {
            return DicomSocket.this.getInetAddress();
        }

        @Override
        public int getPort() {
            return DicomSocket.this.getPort();
        }

        @Override
        public void shutdownOutput() {
            // The socket's owner closes it, when the peer has had time to read.
        }

        @Override
        public synchronized void close() throws IOException {
            closeWire();
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
