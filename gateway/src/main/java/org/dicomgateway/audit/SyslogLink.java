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

/** A way to a syslog server. For one thread; {@link #close} for any. */
interface SyslogLink extends AutoCloseable {

    /** Agrees with the server on what must be agreed on before the first message. */
    default void begin() throws IOException {}

    /** Sends one message. */
    void send(byte[] message) throws IOException;

    /** Sends what was held back, and sees whether the server is still there. */
    void check() throws IOException;

    /** How long a message must have been sent, and the server still there, to count as taken. */
    Duration settling();

    @Override
    void close() throws IOException;

    /** RFC 5426: a datagram each. Nobody knows whether it arrives. */
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
                LOG.error("audit trail: a message of {} bytes is too long for UDP, and stays here", message.length);
            } else {
                socket.send(new DatagramPacket(message, message.length));
            }
        }

        @Override
        public void check() {
            // A datagram is gone as soon as it is sent.
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
     * RFC 5425 over TLS, and its framing (RFC 6587 3.4.1) over plain TCP: the length, a space, the message. The server
     * answers nothing, so that what it has got is known only from its not hanging up.
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

        /** Each of its reads has a time limit; the whole has that of whoever closes this. */
        @Override
        public void begin() throws IOException {
            if (socket instanceof SSLSocket encrypted) {
                encrypted.startHandshake();
            }
            out = new BufferedOutputStream(socket.getOutputStream());
        }

        /** What puts TLS on a connection, the handshake yet to come; or leaves it as it is. */
        interface Layer {
            Socket over(Socket wire) throws IOException;
        }

        /** Connects; {@link #begin} shakes hands. */
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
                    throw new EOFException("the server hung up");
                }
            } catch (SocketTimeoutException stillThere) {
                return;
            }
        }

        @Override
        public Duration settling() {
            return SETTLING;
        }

        /** Without a farewell of TLS: it would wait for a write that the server does not take, for ever. */
        @Override
        public void close() throws IOException {
            wire.close();
        }
    }
}
