package org.dicomgateway.testkit.scp;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.ReportChannel;
import org.dicomgateway.dicom.requestor.Reporter;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.FreePorts;

/** A destination in this process that takes every instance, and reports on storage commitment what the test says. */
public final class CommitmentArchive implements CommitmentScp, AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int PDU = 128 * 1024;

    private final Peer peer;
    private final Acceptor acceptor;
    private final List<CommitmentRequest> asked = new CopyOnWriteArrayList<>();
    private final Reporter reporter = Reporter.of(
            new RequestorSettings(LONG, LONG, LONG, LONG, LONG, PDU), new TlsContexts(InstantSource.system()));
    private volatile int status;

    private CommitmentArchive(String aeTitle) {
        this.peer = new Peer(AeTitle.of(aeTitle), "127.0.0.1", FreePorts.next());
        this.acceptor = new Acceptor(
                Acceptors.at(peer),
                new TlsContexts(InstantSource.system()),
                request -> Admission.UNLIMITED,
                request -> {
                    request.dataset().transferTo(OutputStream.nullOutputStream());
                    return CStoreResponse.SUCCESS;
                },
                Optional.of(this),
                Acceptors.NO_REPORTS);
    }

    /** Starts one that takes requests, and reports nothing by itself. */
    public static CommitmentArchive start(String aeTitle) {
        CommitmentArchive archive = new CommitmentArchive(aeTitle);
        try {
            archive.acceptor.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive;
    }

    /** Where it is to be called. */
    public Peer peer() {
        return peer;
    }

    /** Answers the requests that follow with this status. */
    public void answer(int next) {
        status = next;
    }

    /** All requests that it has taken. */
    public List<CommitmentRequest> asked() {
        return List.copyOf(asked);
    }

    /** Reports on an association of its own; the status of the response. */
    public int report(Peer gateway, CommitmentResult result) throws AssociationException {
        return reporter.report(gateway, peer.aeTitle(), result);
    }

    @Override
    public String refusal(Origin origin) {
        return "";
    }

    @Override
    public Answer request(CommitmentRequest request, Origin origin, ReportChannel channel) {
        if (status != 0) {
            return new Answer(status, "as the test says");
        }
        asked.add(request);
        return Answer.TAKEN;
    }

    @Override
    public void close() {
        acceptor.close();
    }
}
