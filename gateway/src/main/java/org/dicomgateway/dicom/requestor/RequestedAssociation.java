package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.Connection;
import org.aoju.bus.image.metric.DataWriter;
import org.aoju.bus.image.metric.DataWriterAdapter;
import org.aoju.bus.image.metric.DimseRQHandler;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.internal.pdu.AAbort;
import org.aoju.bus.image.metric.internal.pdu.AAssociateAC;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRJ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQ;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.aoju.bus.image.metric.internal.pdu.RoleSelection;
import org.dicomgateway.dicom.commitment.ActionRequest;
import org.dicomgateway.dicom.commitment.CommitmentRequest;
import org.dicomgateway.dicom.commitment.CommitmentResult;
import org.dicomgateway.dicom.commitment.EventReport;
import org.dicomgateway.dicom.commitment.StorageCommitment;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.Implementation;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.Aborts;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.dicom.wire.DicomSocket;
import org.dicomgateway.dicom.wire.Negotiation;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.dicom.wire.PduGuard;
import org.dicomgateway.dicom.wire.Response;
import org.dicomgateway.dicom.wire.ResponseTimeoutException;
import org.dicomgateway.dicom.wire.ToolkitDevice;
import org.dicomgateway.dicom.wire.UnexpectedAnswerException;
import org.jspecify.annotations.Nullable;

/**
 * An association that the gateway requested. The toolkit reads its PDUs in a thread that lives as long as the
 * connection. The caller's thread writes, and waits here for answers. The class is long because every service shares
 * the association, its time limits and its one way to fail.
 */
final class RequestedAssociation implements OpenAssociation {

    private static final int SMALLEST_PDU = 128;
    /** With its header of six bytes, it is what the JDK writes to a socket at once. */
    private static final int LARGEST_PDU = 128 * ByteSize.KIB - 6;

    private static final int MEDIUM_PRIORITY = 0;
    private static final int MESSAGE_IDS = 0x10000;
    /** All responses to one C-FIND, or one instance by C-GET. */
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(10);

    private static final AtomicInteger LAST_NUMBER = new AtomicInteger();

    /**
     * How long to wait for the reader: to see an A-ABORT that is on its way when a write fails, and to end after its
     * socket is closed.
     */
    private static final Duration READER_END = Duration.ofSeconds(1);

    private final Peer peer;
    private final RequestorSettings settings;
    private final DicomSocket socket;
    private final PduGuard.Side side;
    private final DimseRQHandler requests;
    private final PendingStores pendingStores;
    private final Map<PresentationPair, Presentation> accepted = new HashMap<>();

    private volatile @Nullable Association association;
    private volatile @Nullable Thread reader;
    private volatile boolean over;
    private int lastMessageId;
    private int window = 1;

    /**
     * Nothing is requested before {@link #associate}.
     *
     * @param side what the socket reads
     * @param requests what happens at a request of the peer
     */
    RequestedAssociation(
            Peer peer, RequestorSettings settings, DicomSocket socket, PduGuard.Side side, DimseRQHandler requests) {
        this.peer = peer;
        this.settings = settings;
        this.socket = socket;
        this.side = side;
        this.requests = requests;
        this.pendingStores = new PendingStores(settings.responseTimeout());
    }

    /**
     * Proposes the pairs and waits for the answer.
     *
     * @param asScp the SOP classes for which the gateway wants to be the SCP (PS3.7 D.3.3.4)
     * @param offered how many requests may wait for their responses, if the peer agrees; 1: nothing is offered
     */
    void associate(AeTitle calling, List<PresentationPair> pairs, Set<Uid> asScp, int offered)
            throws AssociationException {
        long start = System.nanoTime();
        Connection local = new ConnectedConnection();
        local.setMaxOpsInvoked(offered);
        local.setMaxOpsPerformed(1);
        local.setReceivePDULength(settings.maxPduLength());
        local.setSendPDULength(LARGEST_PDU);
        local.setSocketCloseDelay(0);
        ToolkitDevice device = new ToolkitDevice(local, calling.value(), this::startReader, open -> association = open);
        device.setDimseRQHandler(requests);
        AAssociateRQ rq = new BoundingRequest();
        rq.setCallingAET(calling.value());
        rq.setCalledAET(peer.aeTitle().value());
        rq.setImplClassUID(Implementation.CLASS_UID);
        rq.setImplVersionName(Implementation.VERSION_NAME);
        for (int i = 0; i < pairs.size(); i++) {
            PresentationPair pair = pairs.get(i);
            rq.addPresentationContext(new Presentation(
                    contextId(i),
                    pair.sopClass().value(),
                    pair.transferSyntax().uid().value()));
        }
        asScp.forEach(sopClass -> rq.addRoleSelection(new RoleSelection(sopClass.value(), false, true)));
        socket.readBefore(settings.associationTimeout());
        try {
            Association open = device.getApplicationEntity(calling.value()).connect(local, new Connection(), rq);
            if (side == PduGuard.Side.RETRIEVER) {
                awaitMessages();
            } else {
                socket.readWithoutLimit();
            }
            // No more than was offered, also when the peer says that there is no limit.
            int granted = open.getAAssociateAC().getMaxOpsInvoked();
            window = granted > 0 ? Math.min(granted, offered) : offered;
            checkAnswer(open, pairs, refusedRoles(open.getAAssociateAC(), asScp));
        } catch (Exception e) {
            throw failed("the association", start, e);
        }
    }

    @Override
    public boolean accepts(PresentationPair pair) {
        return accepted.containsKey(pair);
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public int beginStore(PresentationPair pair, Uid sopInstance, InputStream dataset)
            throws AssociationException, IOException {
        long start = System.nanoTime();
        String what = "C-STORE of " + sopInstance;
        Presentation context = contextOf(pair);
        OutgoingDataset outgoing = new OutgoingDataset(dataset, pair.transferSyntax());
        try {
            pendingStores.checkTime();
            Association open = usable();
            Response response = new Response(nextMessageId(), Dimse.C_STORE_RSP);
            pendingStores.begin(response);
            Attributes command = Commands.mkCStoreRQ(
                    response.getMessageID(), pair.sopClass().value(), sopInstance.value(), MEDIUM_PRIORITY);
            DataWriter writer = (out, syntax) -> out.copyFrom(outgoing);
            open.invoke(context, command, writer, response, 0);
            pendingStores.complete(what, response, start);
            return response.getMessageID();
        } catch (Exception e) {
            if (outgoing.hasFailed()) {
                abort();
                outgoing.rethrowFailure();
            }
            throw failed(what, start, e);
        } catch (Error e) {
            abort();
            throw e;
        }
    }

    @Override
    public Optional<StoreResponse> polled() {
        return pendingStores.polled();
    }

    @Override
    public StoreResponse next() throws AssociationException {
        try {
            return pendingStores.next();
        } catch (Exception e) {
            throw failed(pendingStores.what(), pendingStores.begun(), e);
        }
    }

    @Override
    public int cEcho() throws AssociationException {
        long start = System.nanoTime();
        Presentation context = contextOf(PresentationPair.VERIFICATION);
        try {
            Association open = usable();
            Response response = new Response(nextMessageId(), Dimse.C_ECHO_RSP);
            Attributes command = Commands.mkCEchoRQ(
                    response.getMessageID(),
                    PresentationPair.VERIFICATION.sopClass().value());
            open.invoke(context, command, null, response, 0);
            return response.await(settings.responseTimeout());
        } catch (Exception e) {
            throw failed("C-ECHO", start, e);
        }
    }

    /**
     * Reports the result of a storage commitment request (PS3.4 J.3.3): the status of the response. A pair of that SOP
     * class must have been proposed, with the gateway as SCP.
     */
    int nEventReport(CommitmentResult result) throws AssociationException {
        return inCommitment(
                "N-EVENT-REPORT for transaction " + result.transaction(),
                (open, context, messageId) -> EventReport.send(open, context, messageId, result));
    }

    /**
     * Requests storage commitment (PS3.4 J.3.2): the status of the response. A pair of that SOP class must have been
     * proposed.
     */
    int nAction(CommitmentRequest request) throws AssociationException {
        return inCommitment(
                "N-ACTION for transaction " + request.transaction(),
                (open, context, messageId) -> ActionRequest.send(open, context, messageId, request));
    }

    /** Sends one message of storage commitment. */
    private interface CommitmentMessage {
        Response send(Association open, Presentation context, int messageId) throws IOException, InterruptedException;
    }

    private int inCommitment(String what, CommitmentMessage message) throws AssociationException {
        long start = System.nanoTime();
        try {
            Presentation context = accepted.entrySet().stream()
                    .filter(each -> each.getKey().sopClass().equals(StorageCommitment.SOP_CLASS))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseThrow(() -> new UnexpectedAnswerException("no presentation context for Storage Commitment ("
                            + StorageCommitment.SOP_CLASS + ") in the role that was proposed (role selection)"));
            return message.send(usable(), context, nextMessageId()).await(settings.responseTimeout());
        } catch (Exception e) {
            throw failed(what, start, e);
        } catch (Error e) {
            abort();
            throw e;
        }
    }

    /**
     * Sends a C-FIND or C-GET request (PS3.4 C.4.1, C.4.3), and waits for its last response. The context must have been
     * proposed.
     *
     * @param pending takes the responses before the last one
     * @return the status of the last response, whatever it is
     */
    int ask(Service service, Attributes identifier, Response.Pending pending) throws AssociationException {
        long start = System.nanoTime();
        try {
            Presentation context = accepted.entrySet().stream()
                    .filter(each -> each.getKey().sopClass().equals(service.sopClass()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseThrow(() -> new UnexpectedAnswerException(
                            "no presentation context for the Study Root model (" + service.sopClass() + ")"));
            Response response = new Response(nextMessageId(), service.response(), pending);
            awaitMessages();
            usable().invoke(
                            context,
                            service.command(response.getMessageID()),
                            new DataWriterAdapter(identifier),
                            response,
                            0);
            return response.await(LONGEST_ANSWER);
        } catch (Exception e) {
            throw failed(service.toString(), start, e);
        } catch (Error e) {
            abort();
            throw e;
        }
    }

    @Override
    public void close() {
        Association open = association;
        if (!over && open != null && !socket.isClosed() && pendingStores.isEmpty()) {
            over = true;
            try {
                socket.readBefore(settings.releaseTimeout());
                open.release();
                awaitReader(settings.releaseTimeout());
            } catch (IOException | RuntimeException e) {
                // The peer has already released, aborted or closed.
            }
        }
        abort();
        awaitReader(READER_END);
    }

    @Override
    public void abort() {
        over = true;
        Association open = association;
        if (open != null && !socket.isClosed() && !socket.isWriting()) {
            open.abort();
        }
        socket.closeQuietly();
    }

    @Override
    public String toString() {
        return peer.toString();
    }

    private void checkAnswer(Association open, List<PresentationPair> pairs, Set<Uid> refusedRoles) throws IOException {
        if (open.getMaxPDULengthSend() < SMALLEST_PDU) {
            throw new UnexpectedAnswerException(
                    "its maximum PDU length is only " + open.getMaxPDULengthSend() + " bytes");
        }
        for (int i = 0; i < pairs.size(); i++) {
            @Nullable Presentation answer = open.getAAssociateAC().getPresentationContext(contextId(i));
            String proposed = pairs.get(i).transferSyntax().uid().value();
            if (answer != null
                    && answer.isAccepted()
                    && answer.containsTransferSyntax(proposed)
                    && !refusedRoles.contains(pairs.get(i).sopClass())) {
                accepted.put(pairs.get(i), answer);
            }
        }
        Negotiation.release(open.getAAssociateAC(), accepted.values());
    }

    /**
     * The SOP classes for which the peer does not let the gateway be the SCP. One that says nothing about roles is
     * asked anyway: many do what is asked without it. One that says no would abort.
     */
    private static Set<Uid> refusedRoles(AAssociateAC answer, Set<Uid> asScp) {
        return asScp.stream()
                .filter(sopClass -> {
                    @Nullable RoleSelection role = answer.getRoleSelectionFor(sopClass.value());
                    return role != null && !role.isSCP();
                })
                .collect(Collectors.toUnmodifiableSet());
    }

    private Presentation contextOf(PresentationPair pair) {
        @Nullable Presentation context = accepted.get(pair);
        if (context == null) {
            throw new IllegalArgumentException(peer + " has not accepted " + pair);
        }
        return context;
    }

    /**
     * A peer that sends nothing for that long is given up; of one that sends all the time, {@link #ask} has enough. The
     * read that waits already keeps its own limit, so the first time it can take the association timeout longer.
     */
    private void awaitMessages() {
        socket.awaitMessage(settings.responseTimeout(), settings.responseTimeout(), 0);
    }

    private Association usable() throws IOException {
        @Nullable Association open = association;
        if (over || open == null || !open.isReadyForDataTransfer()) {
            throw new IOException("the association is over");
        }
        return open;
    }

    private int nextMessageId() {
        do {
            lastMessageId = (lastMessageId + 1) % MESSAGE_IDS;
        } while (pendingStores.contains(lastMessageId));
        return lastMessageId;
    }

    private static int contextId(int index) {
        return 2 * index + 1;
    }

    /** Ends the association. Returns an exception that describes the failure. */
    private AssociationException failed(String what, long start, Exception e) {
        if (e instanceof InterruptedException) {
            abort();
            Thread.currentThread().interrupt();
        } else if (!(e instanceof ResponseTimeoutException || e instanceof UnexpectedAnswerException)) {
            awaitReader(socket.timedOut() ? Duration.ZERO : READER_END);
        }
        abort();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        String where = what + " failed, " + peer + ": ";
        String when = " (after " + took.toMillis() + " ms)";
        if (e instanceof AAssociateRJ rj) {
            Rejection rejection = new Rejection(rj.getResult(), rj.getSource(), rj.getReason(), "answered by the peer");
            return new AssociationException(rejection, where + "rejected " + rejection + when);
        }
        Cause cause = causeOf(e);
        return new AssociationException(cause, where + wordsFor(cause, e) + when, e);
    }

    private Cause causeOf(Exception e) {
        if (e instanceof ResponseTimeoutException || socket.timedOut()) {
            return Cause.TIMEOUT;
        }
        if (socket.peerAborted()) {
            return Cause.ABORTED;
        }
        return e instanceof AAbort || e instanceof UnexpectedAnswerException ? Cause.PROTOCOL : Cause.CONNECTION_LOST;
    }

    private static String wordsFor(Cause cause, Exception e) {
        return switch (cause) {
            case TIMEOUT -> e instanceof ResponseTimeoutException ? "no response in time" : "no progress in time";
            case ABORTED -> "aborted by the peer";
            case PROTOCOL ->
                "the peer's answer is not valid: "
                        + (e instanceof AAbort && e.getCause() != null
                                ? e.getCause().getMessage()
                                : e.getMessage());
            default -> e instanceof InterruptedException ? "interrupted" : "connection lost: " + e.getMessage();
        };
    }

    private void startReader(Runnable loop) {
        Thread thread = new Thread(() -> read(loop), "dicom-scu-" + LAST_NUMBER.incrementAndGet() + "-" + peer);
        thread.setDaemon(true);
        reader = thread;
        thread.start();
    }

    private void read(Runnable loop) {
        try {
            loop.run();
        } catch (Error e) {
            // A thread that waits for an answer must learn that none will come.
            Association open = association;
            if (open != null) {
                open.onIOException(new IOException("the thread that reads the association has failed", e));
            }
            throw e;
        } finally {
            socket.closeQuietly();
        }
    }

    private void awaitReader(Duration atMost) {
        Thread thread = reader;
        if (thread == null || atMost.isZero()) {
            return;
        }
        try {
            thread.join(atMost.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The accepting side must not send requests on this association. */
    static final class NoRequests implements DimseRQHandler {

        @Override
        public void onDimse(
                Association open, Presentation context, Dimse dimse, Attributes command, @Nullable PDVInputStream data)
                throws IOException {
            throw Aborts.becauseOfViolation("a " + dimse + " request, but only responses are expected");
        }

        @Override
        public void onClose(Association closed) {}
    }

    /**
     * Limits the PDUs that we send before the toolkit does. The toolkit calls this method when it has the answer, but
     * before it applies the limit of the peer.
     */
    private final class BoundingRequest extends AAssociateRQ {

        @Override
        public Presentation getPresentationContext(int id) {
            @Nullable Association open = association;
            @Nullable AAssociateAC answer = open == null ? null : open.getAAssociateAC();
            if (answer != null) {
                Negotiation.boundPdus(answer);
            }
            return super.getPresentationContext(id);
        }
    }

    private final class ConnectedConnection extends Connection {
        private static final long serialVersionUID = 1L;

        @Override
        public Socket connect(Connection remote) {
            return socket;
        }
    }
}
