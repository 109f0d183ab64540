package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.dicomgateway.dicom.Peer;

/**
 * A bad network on loopback: stands before a server and passes bytes on, late, or not at all. What it does can be changed
 * while connections are open.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5000;

    private final Peer target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile long delayNanos;
    private volatile boolean silent;

    private FaultProxy(Peer target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    /** Starts before this server, on a free port. */
    public static FaultProxy before(Peer target) {
        try {
            ServerSocket listener = new ServerSocket(FreePorts.next(), 50, InetAddress.getLoopbackAddress());
            FaultProxy proxy = new FaultProxy(target, listener);
            daemon(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How to call the server through this. */
    public Peer peer() {
        return new Peer(target.aeTitle(), "127.0.0.1", listener.getLocalPort());
    }

    /** From now on every answer of the server is passed on this much later. 0: at once. */
    public void delayAnswers(long millis) {
        delayNanos = millis * 1_000_000;
    }

    /** From now on connections are accepted, and nothing is passed on in either direction. */
    public void fallSilent() {
        silent = true;
    }

    /** From now on bytes are passed on; connections that it was silent on are broken. */
    public void speakAgain() {
        silent = false;
        breakConnections();
    }

    /** Breaks every open connection. */
    public void breakConnections() {
        sockets.forEach(FaultProxy::close);
        sockets.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                serve(listener.accept());
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** When the server is away, the caller finds its connection closed, as it would without a proxy. */
    private void serve(Socket client) {
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()), CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException away) {
            close(client);
            close(server);
            return;
        }
        sockets.add(client);
        sockets.add(server);
        daemon(() -> pump(client, server, false));
        daemon(() -> pump(server, client, true));
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (answers && delayNanos > 0) {
                    LockSupport.parkNanos(delayNanos);
                }
                while (silent && !from.isClosed()) {
                    LockSupport.parkNanos(10_000_000);
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException closed) {
            // The other direction, or a broken connection: both ends close.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses connections from now on, and breaks those that are open. */
    public void goDown() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        breakConnections();
    }

    /** Goes down. */
    @Override
    public void close() {
        goDown();
    }
}
