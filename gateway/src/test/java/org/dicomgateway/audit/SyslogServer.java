package org.dicomgateway.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A syslog server of octet-counted messages (RFC 5425 4.3), one connection at a time, that can hang up. */
final class SyslogServer implements AutoCloseable {

    private final ServerSocket listening;
    private final List<String> messages;
    private final Thread thread = new Thread(this::serve, "syslog-server");
    private volatile Socket current = new Socket();

    /** Puts what it receives into {@code messages}. */
    SyslogServer(ServerSocket listening, List<String> messages) {
        this.listening = listening;
        this.messages = messages;
        thread.setDaemon(true);
        thread.start();
    }

    static SyslogServer plain(int port, List<String> messages) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new SyslogServer(socket, messages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> inbox() {
        return new CopyOnWriteArrayList<>();
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (Socket accepted = listening.accept()) {
                current = accepted;
                InputStream in = new BufferedInputStream(accepted.getInputStream());
                for (int length = length(in); length >= 0; length = length(in)) {
                    messages.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
                }
            } catch (IOException hungUp) {
                current = new Socket();
            }
        }
    }

    private static int length(InputStream in) throws IOException {
        int length = 0;
        for (int c = in.read(); c != ' '; c = in.read()) {
            if (c < 0) {
                return -1;
            }
            length = 10 * length + (c - '0');
        }
        return length;
    }

    @Override
    public void close() {
        try {
            listening.close();
            current.close();
            thread.join(10_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
