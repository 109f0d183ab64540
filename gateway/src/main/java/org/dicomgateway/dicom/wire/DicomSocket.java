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
 * A TCP connection with the options and limits that DICOM needs.
 *
 * <ul>
 *   <li>It acknowledges received data at once. DCMTK and Orthanc write a message in several segments with Nagle's
 *       algorithm on. The peer's kernel then waits for our delayed acknowledgement, 44 ms for each message. The option
 *       does not last, so it is set again before every read.
 *   <li>It sends written data at once. Every write has a time limit, which a {@link Watchdog} enforces.
 *   <li>Reads have the time limit that is set at the moment: {@link #readBefore}, {@link #awaitMessage}.
 *   <li>Incoming data is bounded, see {@link PduGuard}.
 * </ul>
 *
 * <p>All this also holds with TLS ({@link #secure}). Acknowledgement and time limits work below TLS, the bounds above
 * it.
 */
public final class DicomSocket extends Socket {

    /** Adds TLS to the plain connection, before the handshake. */
    @FunctionalInterface
    public interface TlsLayer {
        SSLSocket over(Socket wire) throws IOException;
    }

    /** Each connection has one such buffer, and a second one with TLS: see {@link AssociationMemory}. */
    private static final int READ_BUFFER = 32_768;

    private static final boolean QUICK_ACK = quickAckSupported();

    private final Watchdog watchdog;
    private final long writeTimeoutNanos;
    private final ReadLimit limit = new ReadLimit();
    private final PduGuard.Side side;
    private final int maxPduLength;

    private volatile long writingSince;
    private volatile boolean timedOut;
    private volatile boolean heard;
    private PduGuard.BeforeParsing beforeParsing = () -> {};
    private volatile PduGuard guard;
    private volatile TitleGuard titles = new TitleGuard(InputStream.nullInputStream());
    private final AtomicBoolean farewell = new AtomicBoolean();
    private volatile @Nullable SSLSocket tls;
    private InputStream wireIn = InputStream.nullInputStream();

    /** Creates an unconnected socket. After it is connected, {@link #start} prepares it. */
    public DicomSocket(Watchdog watchdog, Duration writeTimeout, PduGuard.Side side, int maxPduLength) {
        this.watchdog = watchdog;
        this.writeTimeoutNanos = writeTimeout.toNanos();
        this.side = side;
        this.maxPduLength = maxPduLength;
        this.guard = guard(InputStream.nullInputStream());
    }

    /** Sets what happens before an A-ASSOCIATE PDU is parsed. Call it before {@link #start}. */
    public void parseAfter(PduGuard.BeforeParsing turn) {
        beforeParsing = turn;
    }

    /** Sets the options of a connected socket and starts the watchdog for it. */
    public void start() throws IOException {
        setTcpNoDelay(true);
        setKeepAlive(true);
        wireIn = new BufferedInputStream(new TimedInput(super.getInputStream()), READ_BUFFER);
        guard = guard(wireIn);
        watchdog.watch(this);
    }

    /**
     * Whether the peer begins with the header of a proxy (see {@link ProxyHeader}). Waits for its first byte, within
     * the current time limits, and does not take it. False when the time passes: who reads next finds that out, too.
     */
    public boolean beginsWithProxyHeader() throws IOException {
        wireIn.mark(1);
        try {
            return wireIn.read() == ProxyHeader.FIRST_BYTE;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            wireIn.reset();
        }
    }

    /**
     * Reads the header of a proxy, below TLS, within the current time limits. What it contains does not count as heard
     * from the peer.
     *
     * @return the address of the peer; empty when the proxy speaks for itself
     * @throws ProxyHeader.RefusedException when it is missing or wrong
     */
    public Optional<InetAddress> readProxyHeader() throws IOException {
        Optional<InetAddress> source = ProxyHeader.read(wireIn);
        heard = wireIn.available() > 0;
        return source;
    }

    /**
     * Does the TLS handshake, within the current time limits. From then on everything is encrypted. When it fails, no
     * DICOM data was read or written unencrypted, and the socket must be closed.
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

    /** The result of checking the AE titles as they arrived. */
    public TitleGuard titles() {
        return titles;
    }

    /** The session that {@link #secure} agreed on; empty without TLS. */
    public Optional<SSLSession> tlsSession() {
        return Optional.ofNullable(tls).map(SSLSocket::getSession);
    }

    /** All reads together must end within this time. */
    public void readBefore(Duration timeout) {
        limit.before(timeout);
    }

    /**
     * The next read waits at most {@code idle}. After the first data, each further read waits at most {@code
     * between}. Together they must bring at least {@code minRate} bytes per second; 0 for no minimum. See {@link
     * ReadLimit}.
     */
    public void awaitMessage(Duration idle, Duration between, long minRate) {
        limit.await(idle, between, minRate);
    }

    /** Reads wait until the socket is closed. Only for code that has its own time limit. */
    public void readWithoutLimit() {
        limit.none();
    }

    /** Whether the peer has sent anything. */
    public boolean heardAnything() {
        return heard;
    }

    /** Whether a time limit for reading or writing has passed. */
    public boolean timedOut() {
        return timedOut;
    }

    /** Whether the peer has sent A-ABORT. */
    public boolean peerAborted() {
        return guard.sawAbort();
    }

    /** Lets one response pass on the accepting side, which otherwise takes only requests. For any thread. */
    public void awaitResponse() {
        guard.awaitResponse();
    }

    /** Whether a write is in progress. Another write would have to wait. */
    public boolean isWriting() {
        return writingSince != 0;
    }

    /** For the watchdog: closes the socket when the current write takes too long. */
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
            // Nothing more can be done than to close; the kernel has the socket now.
        }
    }

    /** The remaining input, decrypted, after PDUs are no longer read. */
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

    /** With TLS, tells the peer that the connection ends normally (RFC 8446 6.1), if that can be sent at once. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the closing message of TLS must not block the watchdog
    public void close() throws IOException {
        SSLSocket secured = tls;
        try {
            if (secured != null && !isClosed() && !isWriting() && farewell.compareAndSet(false, true)) {
                secured.shutdownOutput();
            }
        } catch (IOException e) {
            // The peer has already closed.
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
                    if (n > 0 && !heard) {
                        heard = true;
                    }
                    return n;
                } catch (SocketTimeoutException e) {
                    // A limit that was changed while this read waited does not count as passed.
                    if (limit.rule() == asked) {
                        timedOut = true;
                        throw e;
                    }
                }
            }
        }
    }

    /** The plain connection below TLS. TLS needs only these methods of a socket. */
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
            // The owner closes the socket, after the peer has had time to read.
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
