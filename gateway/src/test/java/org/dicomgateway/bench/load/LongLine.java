package org.dicomgateway.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.FreePorts;

/**
 * A long line before a server: everything arrives half a round trip later, in each direction, and not faster than the
 * line carries. As much is on the way at once as a line of this length holds, and some more, as with TCP whose window
 * is large enough. The connection itself is made at once, and TCP's slow start is not there.
 */
public final class LongLine implements AutoCloseable {

    private static final int PIECE = 16 * 1024;
    private static final int CONNECT_MILLIS = 5000;

    private final Peer target;
    private final long halfNanos;
    private final double nanosPerByte;
    private final int mostPieces;
    private final ServerSocket listener;

    private LongLine(Peer target, Duration roundTrip, long bytesPerSecond, ServerSocket listener) {
        this.target = target;
        this.halfNanos = roundTrip.toNanos() / 2;
        this.nanosPerByte = 1e9 / bytesPerSecond;
        this.mostPieces = (int) (2 * roundTrip.toMillis() * bytesPerSecond / 1000 / PIECE + 64);
        this.listener = listener;
    }

    public static LongLine before(Peer target, Duration roundTrip, long bytesPerSecond) {
        try {
            ServerSocket listener = new ServerSocket(FreePorts.next(), 50, InetAddress.getLoopbackAddress());
            LongLine line = new LongLine(target, roundTrip, bytesPerSecond, listener);
            daemon(line::accept);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How to call the server over the line. */
    public Peer peer() {
        return new Peer(target.aeTitle(), "127.0.0.1", listener.getLocalPort());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket();
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()), CONNECT_MILLIS);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                new Direction(client, server).start();
                new Direction(server, client).start();
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "long-line");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is on the way in one direction of one connection. */
    private final class Direction {

        private final Socket from;
        private final Socket to;
        private final LinkedBlockingQueue<Piece> underWay = new LinkedBlockingQueue<>();
        private final Semaphore room = new Semaphore(mostPieces);
        private long free = System.nanoTime();

        /** @param bytes none at the end */
        private record Piece(ByteBuffer bytes, long arrives) {}

        Direction(Socket from, Socket to) {
            this.from = from;
            this.to = to;
        }

        void start() {
            daemon(this::read);
            daemon(this::write);
        }

        private void read() {
            byte[] buffer = new byte[PIECE];
            try (from) {
                InputStream in = from.getInputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    room.acquire();
                    add(Arrays.copyOf(buffer, n));
                }
            } catch (IOException closed) {
                // As at the end.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                add(new byte[0]);
            }
        }

        private void add(byte[] bytes) {
            free = Math.max(free, System.nanoTime()) + (long) (bytes.length * nanosPerByte);
            underWay.add(new Piece(ByteBuffer.wrap(bytes), free + halfNanos));
        }

        private void write() {
            try (to) {
                OutputStream out = to.getOutputStream();
                for (Piece piece = underWay.take(); piece.bytes().hasRemaining(); piece = underWay.take()) {
                    TimeUnit.NANOSECONDS.sleep(piece.arrives() - System.nanoTime());
                    out.write(piece.bytes().array());
                    room.release();
                }
            } catch (IOException closed) {
                // The other direction closes, too.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                room.release(mostPieces);
            }
        }
    }
}
