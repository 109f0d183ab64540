package org.dicomgateway.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.dicomgateway.dicom.values.Peer;

/**
 * A bad network on loopback: stands before a server and passes bytes on, late, changed, or not at all. What it does can
 * be changed while connections are open.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5000;
    private static final int MAX_PDU = 1 << 20;
    private static final int P_DATA_TF = 4;
    private static final int A_ABORT = 7;
    private static final byte[] ABORT = {7, 0, 0, 0, 0, 4, 0, 0, 2, 0};
    /** The header of Message ID Being Responded To (0000,0120) in a command. */
    private static final byte[] RESPONDED_TO = {0, 0, 0x20, 0x01, 2, 0, 0, 0};
    /** Where in what a requestor sends its connection breaks: within the dataset of a small instance. */
    private static final int RESET_AFTER = 3000;
    /** Of the blocks that are read from a connection, and are as long as this at least. */
    private static final int CHANGED_ONE_IN = 7;

    private final Peer target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> forgotten = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong harm = new AtomicLong();
    private final AtomicInteger blocks = new AtomicInteger();
    private volatile long delayNanos;
    private volatile boolean changing;
    private volatile NetworkFault fault = NetworkFault.NONE;

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

    /** From now on this happens to every connection, also to those that are open. */
    public void misbehave(NetworkFault next) {
        fault = next;
    }

    /** From now on a byte of what requestors send is changed now and then, mostly within datasets. */
    public void changeBytes() {
        changing = true;
    }

    /** From now on everything is passed on, at once; connections that are open are broken. */
    public void behave() {
        fault = NetworkFault.NONE;
        delayNanos = 0;
        changing = false;
        breakConnections();
    }

    /** How often it has done any harm: delayed, dropped, changed or broken something. */
    public long harmDone() {
        return harm.get();
    }

    /** From now on the connections that are open are silent, and those that are made later are not. */
    public void forgetConnections() {
        forgotten.addAll(sockets);
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
        if (fault == NetworkFault.REFUSE) {
            harm.incrementAndGet();
            close(client);
            return;
        }
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
        int number = connections.getAndIncrement();
        daemon(() -> pump(client, server, () -> requests(client, server)));
        daemon(() -> pump(server, client, () -> answers(server, client, number)));
    }

    private interface Traffic {
        void flow() throws IOException;
    }

    private void pump(Socket from, Socket to, Traffic traffic) {
        try (from;
                to) {
            traffic.flow();
        } catch (IOException closed) {
            // The other direction, or a broken connection: both ends close.
        } finally {
            sockets.remove(from);
            sockets.remove(to);
            forgotten.remove(from);
            forgotten.remove(to);
        }
    }

    private void requests(Socket client, Socket server) throws IOException {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        byte[] buffer = new byte[64 * 1024];
        long passed = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            waitWhileSilent(client);
            if (fault == NetworkFault.RESET_IN_PDU && passed + n > RESET_AFTER) {
                out.write(buffer, 0, (int) Math.max(0, Math.min(n, RESET_AFTER - passed)));
                harm.incrementAndGet();
                client.setSoLinger(true, 0);
                return;
            }
            if (fault == NetworkFault.HALF_OPEN && client.isOutputShutdown()) {
                continue;
            }
            if (changing && n > RESET_AFTER && blocks.incrementAndGet() % CHANGED_ONE_IN == 0) {
                harm.incrementAndGet();
                buffer[n / 2] ^= 0x40;
            }
            write(out, buffer, n);
            passed += n;
        }
    }

    private void answers(Socket server, Socket client, int number) throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(server.getInputStream());
        OutputStream out = client.getOutputStream();
        int type = bytes.read();
        if (type < 0) {
            return;
        }
        if (type > A_ABORT) { // no DICOM, HTTP perhaps: passes as it is, the first byte also when no other follows
            out.write(type);
            bytes.transferTo(out);
            return;
        }
        bytes.unread(type);
        DataInputStream in = new DataInputStream(bytes);
        for (int answer = 0; ; answer++) {
            byte[] pdu = pdu(in);
            if (delayNanos > 0 && (fault != NetworkFault.LATE || pdu[0] == P_DATA_TF)) {
                LockSupport.parkNanos(delayNanos);
                harm.incrementAndGet();
            }
            waitWhileSilent(server);
            if (!answer(client, out, pdu, answer, number)) {
                return;
            }
        }
    }

    /**
     * Passes an answer on, or what becomes of it.
     *
     * @return whether the connection stays
     */
    private boolean answer(Socket client, OutputStream out, byte[] pdu, int answer, int number) throws IOException {
        boolean message = pdu[0] == P_DATA_TF;
        switch (fault) {
            case NO_ANSWER -> {
                if (answer > 0) {
                    harm.incrementAndGet();
                    return true;
                }
            }
            case HALF_OPEN -> {
                if (message) {
                    harm.incrementAndGet();
                    client.shutdownOutput();
                    waitUntilBroken(client);
                    return false;
                }
            }
            case GARBAGE_BODY -> {
                if (message) {
                    harm.incrementAndGet();
                    Arrays.fill(pdu, 6, pdu.length, (byte) 0xA5);
                }
            }
            case GARBAGE -> {
                if (message) {
                    harm.incrementAndGet();
                    Arrays.fill(pdu, (byte) 0x5A);
                }
            }
            case OTHER_MESSAGE -> {
                if (message) {
                    harm.incrementAndGet();
                    tellOfAnother(pdu);
                }
            }
            case ABORT -> {
                if (answer == number % 4) {
                    harm.incrementAndGet();
                    out.write(ABORT);
                    return false;
                }
            }
            case CLOSE_AFTER_EACH -> {
                if (message) {
                    harm.incrementAndGet();
                    write(out, pdu, pdu.length);
                    return false;
                }
            }
            default -> {}
        }
        write(out, pdu, pdu.length);
        return true;
    }

    private static byte[] pdu(DataInputStream in) throws IOException {
        byte[] header = in.readNBytes(6);
        if (header.length < 6) {
            throw new IOException("the server has closed");
        }
        int length = ByteBuffer.wrap(header).getInt(2);
        if (length < 0 || length > MAX_PDU) {
            throw new IOException("no PDU");
        }
        byte[] pdu = Arrays.copyOf(header, 6 + length);
        in.readFully(pdu, 6, length);
        return pdu;
    }

    private static void tellOfAnother(byte[] pdu) {
        for (int at = 0; at + RESPONDED_TO.length + 2 <= pdu.length; at++) {
            if (Arrays.equals(pdu, at, at + RESPONDED_TO.length, RESPONDED_TO, 0, RESPONDED_TO.length)) {
                pdu[at + RESPONDED_TO.length + 1] ^= 0x40;
                return;
            }
        }
    }

    private void write(OutputStream out, byte[] bytes, int length) throws IOException {
        if (fault == NetworkFault.BYTE_BY_BYTE) {
            harm.incrementAndGet();
            for (int i = 0; i < length; i++) {
                out.write(bytes[i]);
            }
        } else {
            out.write(bytes, 0, length);
        }
    }

    private void waitWhileSilent(Socket from) {
        if (fault == NetworkFault.BLACK_HOLE) {
            harm.incrementAndGet();
        }
        while ((fault == NetworkFault.BLACK_HOLE || forgotten.contains(from)) && !from.isClosed()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private void waitUntilBroken(Socket client) {
        while (fault == NetworkFault.HALF_OPEN && !client.isClosed()) {
            LockSupport.parkNanos(10_000_000);
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
