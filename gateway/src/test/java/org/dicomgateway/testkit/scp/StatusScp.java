package org.dicomgateway.testkit.scp;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.FreePorts;

/** A destination in this process that reads each instance and answers with the status that the test sets. */
public final class StatusScp implements AutoCloseable {

    private final Peer peer;
    private final Acceptor acceptor;
    private final AtomicLong asked = new AtomicLong();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final Set<Uid> stored = ConcurrentHashMap.newKeySet();
    private volatile int status;

    private StatusScp(String aeTitle, int status, List<TransferSyntax> syntaxes) {
        this.peer = new Peer(AeTitle.of(aeTitle), "127.0.0.1", FreePorts.next());
        this.status = status;
        Admission admission = new Admission() {
            @Override
            public List<TransferSyntax> transferSyntaxes() {
                return syntaxes;
            }
        };
        this.acceptor = Acceptors.of(Acceptors.at(peer), request -> admission, this::store);
    }

    /** Starts one that answers so, until {@link #answer}. */
    public static StatusScp start(String aeTitle, int status) {
        return taking(aeTitle, status, List.of());
    }

    /** Starts one that accepts no other transfer syntaxes than these. */
    public static StatusScp taking(String aeTitle, int status, List<TransferSyntax> syntaxes) {
        StatusScp scp = new StatusScp(aeTitle, status, syntaxes);
        try {
            scp.acceptor.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return scp;
    }

    /** Where it is to be called. */
    public Peer peer() {
        return peer;
    }

    /** From now on it answers so. */
    public void answer(int newStatus) {
        status = newStatus;
    }

    /** How many C-STORE it was asked. */
    public long asked() {
        return asked.get();
    }

    /** Transfer syntax and checksum of each dataset that it got, in order. */
    public List<String> received() {
        return List.copyOf(received);
    }

    /** The instances that it answered with success. */
    public Set<Uid> stored() {
        return Set.copyOf(stored);
    }

    private CStoreScp.CStoreResponse store(CStoreScp.CStoreRequest request) throws IOException {
        CRC32 crc = new CRC32();
        request.dataset().transferTo(new CheckedOutputStream(OutputStream.nullOutputStream(), crc));
        received.add(request.transferSyntax() + " " + crc.getValue());
        asked.incrementAndGet();
        int answer = status;
        if (answer == DimseStatus.SUCCESS) {
            stored.add(request.sopInstance());
        }
        return new CStoreScp.CStoreResponse(answer, "");
    }

    @Override
    public void close() {
        acceptor.close();
    }
}
