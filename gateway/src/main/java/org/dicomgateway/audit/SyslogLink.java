package org.dicomgateway.audit;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to a syslog server. For one thread; any thread may call {@link #close}. */
interface SyslogLink extends AutoCloseable {

    /** Does what is necessary before the first message, for example the TLS handshake. */
    default void begin() throws IOException {}

    /** Sends one message. */
    void send(byte[] message) throws IOException;

    /** Sends buffered messages, and checks that the server is still connected. */
    void check() throws IOException;

    /** A message counts as sent after this time, when the server is then still connected. */
    Duration settling();

    @Override
    void close() throws IOException;

    /** RFC 5426: one datagram per message. The sender cannot know whether it arrives. */
    final class Udp implements SyslogLink {

        private static final Logger LOG = LoggerFactory.getLogger(SyslogLink.class);
        private static final int MAX_BYTES = 65_000;

        private final DatagramSocket socket = new DatagramSocket();

        Udp(InetSocketAddress server) throws IOException {
            socket.connect(server);
        }

        @Override
        public void send(byte[] message) throws IOException {
            if (message.length > MAX_BYTES) {
                LOG.error(
                        "audit trail: a message of {} bytes is too long for UDP and is not sent; it is only in the"
                                + " trail on disk",
                        message.length);
            } else {
                socket.send(new DatagramPacket(message, message.length));
            }
        }

        @Override
        public void check() {
            // A datagram is sent at once: there is nothing to flush.
        }

        @Override
        public Duration settling() {
            return Duration.ZERO;
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /**
     * RFC 5425 over TLS, or the same framing (RFC 6587 3.4.1) over plain TCP: the length, a space, the message. The
     * server sends no answers. The only sign that it received a message is that it does not close the connection.
     */
    final class Stream implements SyslogLink {

        private static final int LOOK_MILLIS = 20;
        private static final Duration SETTLING = Duration.ofSeconds(2);

        private final Socket wire;
        private final Socket socket;
        private OutputStream out = OutputStream.nullOutputStream();

        private Stream(Socket wire, Socket socket) {
            this.wire = wire;
            this.socket = socket;
        }

        /** Each read has a time limit. The caller that closes this connection limits the whole. */
        @Override
        public void begin() throws IOException {
            if (socket instanceof SSLSocket encrypted) {
                encrypted.startHandshake();
            }
            out = new BufferedOutputStream(socket.getOutputStream());
        }

        /** Adds TLS to a connection, before the handshake; or returns the connection unchanged. */
        interface Layer {
            Socket over(Socket wire) throws IOException;
        }

        /** Connects. {@link #begin} does the TLS handshake. */
        static Stream connect(InetSocketAddress server, Duration timeout, Layer layer) throws IOException {
            Socket wire = SocketFactory.getDefault().createSocket();
            try {
                wire.connect(server, (int) timeout.toMillis());
                wire.setSoTimeout((int) timeout.toMillis());
                return new Stream(wire, layer.over(wire));
            } catch (IOException | RuntimeException e) {
                wire.close();
                throw e;
            }
        }

        @Override
        public void send(byte[] message) throws IOException {
            out.write((message.length + " ").getBytes(StandardCharsets.US_ASCII));
            out.write(message);
        }

        @Override
        public void check() throws IOException {
            out.flush();
            socket.setSoTimeout(LOOK_MILLIS);
            try {
                if (socket.getInputStream().read() < 0) {
                    throw new EOFException("the server closed the connection");
                }
            } catch (SocketTimeoutException stillThere) {
                return;
            }
        }

        @Override
        public Duration settling() {
            return SETTLING;
        }

        /**
         * Closes without the closing message of TLS. Such a write could wait for ever for a server that reads
         * nothing.
         */
        @Override
        public void close() throws IOException {
            wire.close();
        }
    }
}
