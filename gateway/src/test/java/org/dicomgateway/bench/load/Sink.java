package org.dicomgateway.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.FreePorts;

/**
 * An acceptor of our own toolkit, in this process: it throws the bytes away, which is the wire's limit; or writes a
 * file for each instance, synced and renamed before it answers, as other routers do at best.
 */
public final class Sink implements AutoCloseable {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int PDU = 128 * 1024;
    private static final int BUFFER = 64 * 1024;

    private final Peer peer;
    private final Optional<Path> folder;
    private final Acceptor acceptor;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong first = new AtomicLong();
    private final AtomicLong last = new AtomicLong();
    private final Object stall = new Object();
    private boolean stalled;
    private volatile Duration service = Duration.ZERO;

    private Sink(String aeTitle, Optional<Path> folder, Optional<ServerTls> tls, List<TransferSyntax> syntaxes) {
        this.peer = new Peer(AeTitle.of(aeTitle), "127.0.0.1", FreePorts.next());
        this.folder = folder;
        AcceptorSettings settings = new AcceptorSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port()),
                100,
                OptionalInt.empty(),
                LONG,
                LONG,
                LONG,
                OptionalLong.empty(),
                LONG,
                PDU,
                tls);
        Admission admission = new Admission() {
            @Override
            public List<TransferSyntax> transferSyntaxes() {
                return syntaxes;
            }
        };
        this.acceptor = Acceptors.of(settings, request -> admission, this::store);
        try {
            acceptor.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That takes so long for each instance, and no processor time. */
    public static Sink serving(String aeTitle, Duration service) {
        Sink sink = discarding(aeTitle);
        sink.service = service;
        return sink;
    }

    public static Sink discarding(String aeTitle) {
        return taking(aeTitle, List.of());
    }

    /** That accepts no other transfer syntaxes. */
    public static Sink taking(String aeTitle, List<TransferSyntax> syntaxes) {
        return new Sink(aeTitle, Optional.empty(), Optional.empty(), syntaxes);
    }

    /** Spoken to by TLS. */
    public static Sink discarding(String aeTitle, ServerTls tls) {
        return new Sink(aeTitle, Optional.empty(), Optional.of(tls), List.of());
    }

    public static Sink filing(String aeTitle, Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Sink(aeTitle, Optional.of(folder), Optional.empty(), List.of());
    }

    private CStoreScp.CStoreResponse store(CStoreScp.CStoreRequest request) throws IOException {
        first.compareAndSet(0, System.nanoTime());
        awaitStallEnd();
        if (folder.isPresent()) {
            keep(request, folder.get());
        } else {
            discard(request.dataset());
        }
        if (!service.isZero()) {
            Pause.of(service);
        }
        count.incrementAndGet();
        last.accumulateAndGet(System.nanoTime(), Math::max);
        return CStoreScp.CStoreResponse.SUCCESS;
    }

    /** Costs nothing meanwhile: it is the gateway that is measured. */
    private void awaitStallEnd() throws IOException {
        synchronized (stall) {
            try {
                while (stalled) {
                    stall.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("while it was stalled");
            }
        }
    }

    private static void discard(InputStream dataset) throws IOException {
        byte[] buffer = new byte[BUFFER];
        while (dataset.read(buffer) >= 0) {
            // The bytes are of no interest.
        }
    }

    private void keep(CStoreScp.CStoreRequest request, Path directory) throws IOException {
        long number = numbers.incrementAndGet();
        Path part = directory.resolve(number + ".part");
        byte[] buffer = new byte[BUFFER];
        try (FileChannel file = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(
                    file,
                    ByteBuffer.wrap(Part10.prefix(
                            request.sopClass(), request.sopInstance(), request.transferSyntax(), request.origin())));
            for (int n = request.dataset().read(buffer);
                    n >= 0;
                    n = request.dataset().read(buffer)) {
                write(file, ByteBuffer.wrap(buffer, 0, n));
            }
            file.force(true);
        }
        Files.move(part, directory.resolve(number + ".dcm"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    public Peer peer() {
        return peer;
    }

    /** From now on nothing is answered. */
    public void stall() {
        setStalled(true);
    }

    public void goOn() {
        setStalled(false);
    }

    private void setStalled(boolean now) {
        synchronized (stall) {
            stalled = now;
            stall.notifyAll();
        }
    }

    public long count() {
        return count.get();
    }

    /** When the last instance was complete, by {@link System#nanoTime}. */
    public long lastNanos() {
        return last.get();
    }

    /** From the first instance's begin to the last one's end, since {@link #reset}. */
    public double seconds() {
        return (last.get() - first.get()) / 1e9;
    }

    public void reset() {
        count.set(0);
        first.set(0);
        last.set(0);
    }

    /** From now on connections are refused. */
    public void die() {
        goOn();
        acceptor.stop(Duration.ZERO);
    }

    @Override
    public void close() {
        die();
    }
}
