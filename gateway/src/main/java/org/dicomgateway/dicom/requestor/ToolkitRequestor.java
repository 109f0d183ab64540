package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.aoju.bus.image.metric.DimseRQHandler;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.commitment.StorageCommitment;
import org.dicomgateway.dicom.requestor.RequestedAssociation.NoRequests;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.DicomSocket;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.dicom.wire.PduGuard;
import org.dicomgateway.dicom.wire.TlsFailure;
import org.dicomgateway.dicom.wire.Watchdog;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsContexts;

/** Opens associations with the toolkit. Associations share only the watchdog. */
final class ToolkitRequestor implements Requestor, Reporter, CommitmentRequestor {

    private static final List<PresentationPair> COMMITMENT = List.of(
            new PresentationPair(StorageCommitment.SOP_CLASS, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN),
            new PresentationPair(StorageCommitment.SOP_CLASS, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));

    private final RequestorSettings settings;
    private final Watchdog watchdog = new Watchdog("dicom-watchdog");
    private final Optional<TlsContext> tls;

    ToolkitRequestor(RequestorSettings settings, TlsContexts contexts) {
        this.settings = settings;
        this.tls = settings.tls().map(client -> contexts.of(client.tls()));
    }

    @Override
    public OpenAssociation open(Peer peer, AeTitle calling, Collection<PresentationPair> pairs)
            throws AssociationException {
        List<PresentationPair> distinct = pairs.stream().distinct().toList();
        if (distinct.isEmpty() || distinct.size() > PresentationPair.MAX_PER_ASSOCIATION) {
            throw new IllegalArgumentException("an association proposes 1 to " + PresentationPair.MAX_PER_ASSOCIATION
                    + " presentation contexts, not " + distinct.size());
        }
        RequestedAssociation association = connected(peer, PduGuard.Side.REQUESTOR, new NoRequests());
        association.associate(calling, distinct, Set.of(), settings.window());
        return association;
    }

    @Override
    public int report(Peer peer, AeTitle calling, CommitmentResult result) throws AssociationException {
        try (RequestedAssociation association = open(
                peer,
                calling,
                COMMITMENT,
                Set.of(StorageCommitment.SOP_CLASS),
                PduGuard.Side.REQUESTOR,
                new NoRequests())) {
            return association.nEventReport(result);
        }
    }

    @Override
    public int request(Peer peer, AeTitle calling, CommitmentRequest request, CommitmentScu reports, Wait wait)
            throws AssociationException {
        OnlyReports requests = new OnlyReports(reports, new Origin(peer.aeTitle(), calling, peer.host()));
        try (RequestedAssociation association =
                open(peer, calling, COMMITMENT, Set.of(), PduGuard.Side.REPORTED_TO, requests)) {
            int status = association.nAction(request);
            if (DimseStatus.kindOf(status) != DimseStatus.Kind.FAILURE) {
                wait.forReport();
            }
            return status;
        }
    }

    /**
     * Opens an association that also takes what a {@code side} reads.
     *
     * @param asScp the SOP classes for which the gateway wants to be the SCP
     * @param requests what happens at a request of the peer
     */
    RequestedAssociation open(
            Peer peer,
            AeTitle calling,
            List<PresentationPair> pairs,
            Set<Uid> asScp,
            PduGuard.Side side,
            DimseRQHandler requests)
            throws AssociationException {
        RequestedAssociation association = connected(peer, side, requests);
        association.associate(calling, pairs, asScp, 1);
        return association;
    }

    private RequestedAssociation connected(Peer peer, PduGuard.Side side, DimseRQHandler requests)
            throws AssociationException {
        return new RequestedAssociation(peer, settings, connect(peer, side), side, requests);
    }

    private DicomSocket connect(Peer peer, PduGuard.Side side) throws AssociationException {
        long start = System.nanoTime();
        DicomSocket socket = new DicomSocket(watchdog, settings.writeTimeout(), side, settings.maxPduLength());
        try {
            InetSocketAddress address = new InetSocketAddress(peer.host(), peer.port());
            if (address.isUnresolved()) {
                throw new UnknownHostException("unknown host");
            }
            socket.connect(address, (int) settings.connectTimeout().toMillis());
            socket.start();
            secure(socket, peer);
            return socket;
        } catch (IOException e) {
            socket.closeQuietly();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            String why = e instanceof SocketTimeoutException ? "no answer" : TlsFailure.inWords(e);
            throw new AssociationException(
                    AssociationException.Cause.CONNECT,
                    "cannot connect to " + peer + ": " + why + " (after " + took.toMillis() + " ms)",
                    e);
        }
    }

    private void secure(DicomSocket socket, Peer peer) throws IOException {
        if (tls.isPresent() && settings.tls().isPresent()) {
            ClientTls client = settings.tls().get();
            socket.readBefore(settings.connectTimeout());
            socket.secure(wire -> tls.get().connected(wire, peer.host(), peer.port(), client));
        }
    }
}
