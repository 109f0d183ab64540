package org.dicomgateway.dicom.acceptor;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.aoju.bus.image.Device;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.AdvancedHandler;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.AssociationHandler;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.Connection;
import org.aoju.bus.image.metric.DimseRQHandler;
import org.aoju.bus.image.metric.ImageException;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.internal.pdu.AAssociateAC;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRJ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQ;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.AssociationAnswer;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.PeerCertificate;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.UserIdentity;
import org.dicomgateway.dicom.wire.Aborts;
import org.dicomgateway.dicom.wire.DicomSocket;
import org.dicomgateway.dicom.wire.Negotiation;
import org.dicomgateway.dicom.wire.Negotiation.CommitmentRoles;
import org.dicomgateway.dicom.wire.ProxyHeader;
import org.dicomgateway.dicom.wire.TlsFailure;
import org.dicomgateway.dicom.wire.ToolkitDevice;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One accepted connection, from its first byte to its last, in one thread.
 *
 * <p>The toolkit reads and writes the PDUs. Its objects belong to this connection alone, and its executor is the
 * thread that already runs here. The toolkit uses no timers: the socket has the time limits (see {@link
 * DicomSocket}), and a limit that passes makes the toolkit abort. The class is long because the toolkit calls back into
 * it from the middle of its own reading: these calls share the state of the connection.
 */
public final class AcceptedAssociation implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(AcceptedAssociation.class);

    private static final int UNRECOGNIZED_OPERATION = 0x0211;

    /** How long a request waits to be parsed while other requests are parsed. */
    private static final Duration TURN = Duration.ofSeconds(2);

    /** Large enough for a response, and small enough that the toolkit's buffer never grows. */
    private static final int RESPONSE_PDU = 16 * ByteSize.KIB - 6;

    /** A-ASSOCIATE-RJ: transient, presentation layer, temporary congestion (PS3.8 9.3.4). */
    private static final byte[] CONGESTION = {3, 0, 0, 0, 0, 4, 0, 2, 3, 1};

    private static final int MAX_TITLE = 16;
    private static final int MAX_REASON = 300;

    /**
     * How long the peer has to close after our last PDU (PS3.8 9.2, state 13). If the gateway closed first, the peer
     * could lose that PDU.
     */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** More than the kernel buffers can hold of the peer's data. */
    private static final int MAX_UNDERWAY = 8 * ByteSize.MIB;

    private final Acceptor acceptor;
    private final DicomSocket socket;
    private final int number;
    private final boolean viaProxy;
    private volatile @Nullable String excess;
    private volatile String remoteHost;
    private boolean hasTurn;

    private volatile @Nullable Association association;
    private volatile String name;
    private @Nullable StoreRequests storeRequests;
    private @Nullable CommitmentRequests commitmentRequests;
    private @Nullable CommitmentReports commitmentReports;
    /** Whether the log already contains the reason for the refusal. */
    private boolean told;

    private volatile Admission admission = Admission.UNLIMITED;

    /**
     * Serves the connection.
     *
     * @param excess why the association must be rejected as over the limit; null when it is within
     * @param viaProxy whether a header must say whose connection it is
     */
    AcceptedAssociation(Acceptor acceptor, DicomSocket socket, int number, @Nullable String excess, boolean viaProxy) {
        this.acceptor = acceptor;
        this.socket = socket;
        this.number = number;
        this.excess = excess;
        this.viaProxy = viaProxy;
        this.remoteHost = socket.getInetAddress().getHostAddress();
        this.name = "?@" + remoteHost + "#" + number;
    }

    boolean isOverLimit() {
        return excess != null;
    }

    /** The peer's address became known. Over the limit stays over the limit. */
    void comesFrom(String host, @Nullable String tooMany) {
        remoteHost = host;
        name = "?@" + host + "#" + number;
        if (excess == null) {
            excess = tooMany;
        }
    }

    /** The peer's address, as text. */
    String remoteHost() {
        return remoteHost;
    }

    /** Short, printable, and unique while the process lives: {@code MODALITY1@10.0.0.7#12}. */
    @Override
    public String toString() {
        return name;
    }

    @Override
    public void run() {
        try {
            socket.parseAfter(this::awaitTurn);
            socket.start();
            socket.readBefore(acceptor.settings().requestTimeout());
            if (isFromWhereItMayCome() && secure()) {
                try {
                    AdvancedHandler.INSTANCE.onAccept(toolkit(), socket);
                } finally {
                    endTurn();
                }
                awaitPeerClose();
            }
        } catch (IOException e) {
            LOG.debug("{}: the connection ended unexpectedly", name, e);
        } catch (Error e) {
            abort();
            throw e;
        } finally {
            socket.closeQuietly();
            acceptor.ended(this);
            admission.ended();
            sayGoodbye();
        }
    }

    private void sayGoodbye() {
        StoreRequests requests = storeRequests;
        if (requests != null) {
            LOG.info("{}: closed after {} C-STORE{}", name, requests.count(), howItEnded());
        } else if (isOnlyCheck()) {
            LOG.debug("{}: closed before it was associated{}", name, howItEnded());
        } else if (!told) {
            String how = "closed before it was associated" + howItEnded();
            boolean logged = acceptor.refusals().info("{}: {}", name, how);
            // Whoever says nothing only looks whether the port is open: a monitor, or a scan.
            if (socket.heardAnything()) {
                acceptor.policy().refused(new RefusedPeer("", "", remoteHost, RefusedPeer.CLOSED, how), logged);
            }
        }
    }

    /** A balancer looks every few seconds whether the port is open, and says nothing beside its header. */
    private boolean isOnlyCheck() {
        return viaProxy && !socket.heardAnything();
    }

    /** Runs in the thread of the connection, when the complete request has arrived and nothing of it is parsed yet. */
    private void awaitTurn() throws IOException {
        try {
            hasTurn = acceptor.turns().begin(remoteHost, TURN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!hasTurn) {
            socket.getOutputStream().write(CONGESTION);
            Rejection busy = Rejection.temporaryCongestion("too many requests at once");
            told = true;
            boolean logged = acceptor.refusals().info("{}: rejected: {}", name, busy);
            acceptor.policy().refused(RefusedPeer.unread(remoteHost, busy), logged);
            throw new IOException("too many requests at once; rejected as temporary congestion");
        }
    }

    private void endTurn() {
        if (hasTurn) {
            hasTurn = false;
            acceptor.turns().end(remoteHost);
        }
    }

    /**
     * Finds out where the connection comes from: of one through a proxy, only the header says so. Nobody else may
     * choose an address. Returns false when the connection is refused.
     */
    private boolean isFromWhereItMayCome() throws IOException {
        try {
            if (viaProxy) {
                Optional<InetAddress> peer = socket.readProxyHeader();
                return peer.isEmpty() || acceptor.identified(this, peer.get());
            }
            if (socket.beginsWithProxyHeader()) {
                throw new ProxyHeader.RefusedException("it sends a PROXY protocol header, and is not in"
                        + " proxy-protocol.from: only the balancers there may say whose connection they pass on");
            }
            return true;
        } catch (ProxyHeader.RefusedException e) {
            refused(RefusedPeer.PROXY, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void refused(String code, String why) {
        boolean logged = acceptor.refusals().info("{}: refused: {}", name, why);
        told = true;
        acceptor.policy().notSecured(remoteHost, why);
        acceptor.policy().refused(new RefusedPeer("", "", remoteHost, code, why), logged);
    }

    /**
     * Does the TLS handshake in this thread, within the time limit of the request. Returns false when TLS is required
     * and the handshake failed.
     */
    private boolean secure() {
        try {
            acceptor.secure(socket);
            return true;
        } catch (IOException e) {
            if (isOnlyCheck()) {
                return false;
            }
            String why = TlsFailure.inWords(e);
            refused(RefusedPeer.TLS, why);
            return false;
        }
    }

    /** For the log. Empty when the association was released normally. */
    private String howItEnded() {
        Association open = association;
        @Nullable IOException why = open == null ? null : open.getException();
        if (socket.peerAborted()) {
            return ", aborted by the peer";
        }
        if (socket.timedOut()) {
            return ", aborted: a time limit for reading or writing passed";
        }
        if (why == null) {
            return "";
        }
        Throwable cause = why.getCause() == null ? why : why.getCause();
        return cause instanceof EOFException
                ? ", the peer closed the connection"
                : ", ended: " + Text.printable(String.valueOf(cause), 200);
    }

    /** Ends the association from any thread, with A-ABORT if that can be sent at once. */
    void abort() {
        admission.ended();
        Association open = association;
        if (open != null && !socket.isWriting()) {
            open.abort();
        }
        socket.closeQuietly();
    }

    private Connection toolkit() {
        Connection connection = new Connection();
        connection.setSendPDULength(RESPONSE_PDU);
        // Not 0: with 0, the toolkit would close the socket itself at once.
        connection.setSocketCloseDelay((int) LINGER.toMillis());
        Device device = new ToolkitDevice(connection, "*", Runnable::run, open -> association = open);
        device.setAssociationHandler(new Gate());
        device.setDimseRQHandler(new Requests());
        return connection;
    }

    private void awaitPeerClose() throws IOException {
        if (!socket.isClosed()) {
            socket.readBefore(LINGER);
            InputStream in = socket.unguarded();
            byte[] discarded = new byte[8192];
            // The peer sent this data before it knew that the association is over. Read it, up to a limit, and
            // discard it.
            for (int n = 0, all = 0; n >= 0 && all < MAX_UNDERWAY; all += n) {
                n = in.read(discarded);
            }
        }
    }

    private AssociationAnswer answerTo(AAssociateRQ rq, @Nullable Origin origin, Optional<UserIdentity> identity) {
        @Nullable String tooMany = excess;
        if (tooMany != null) {
            return Rejection.localLimitExceeded(tooMany);
        }
        if (acceptor.isStopping()) {
            return Rejection.temporaryCongestion("shutting down");
        }
        if (origin == null) {
            return socket.titles().calledIsValid() && isAeTitle(rq.getCalledAET())
                    ? Rejection.callingAeTitleNotRecognized("the calling AE title is not valid")
                    : Rejection.calledAeTitleNotRecognized("the called AE title is not valid");
        }
        Optional<PeerCertificate> certificate = socket.tlsSession().flatMap(PeerCertificate::of);
        return acceptor.policy()
                .answer(new AssociationRequest(origin, acceptor.openAssociations(), certificate, identity));
    }

    /** For the log. Empty without TLS. */
    private String protection() {
        return socket.tlsSession()
                .map(session -> ", " + session.getProtocol() + " " + session.getCipherSuite()
                        + PeerCertificate.of(session)
                                .map(shown -> ", certificate " + Text.printable(shown.subject(), 200))
                                .orElse(", no certificate"))
                .orElse("");
    }

    private @Nullable Origin originOf(AAssociateRQ rq) {
        if (!socket.titles().callingIsValid() || !socket.titles().calledIsValid()) {
            return null;
        }
        try {
            return new Origin(AeTitle.of(rq.getCallingAET()), AeTitle.of(rq.getCalledAET()), remoteHost);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isAeTitle(String text) {
        try {
            return !AeTitle.of(text).value().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void awaitMessage() {
        AcceptorSettings settings = acceptor.settings();
        socket.awaitMessage(
                settings.idleTimeout(),
                settings.readTimeout(),
                settings.minRate().orElse(0));
    }

    private final class Gate extends AssociationHandler {

        @Override
        protected AAssociateAC negotiate(Association open, AAssociateRQ rq) throws IOException {
            name = Text.token(rq.getCallingAET(), MAX_TITLE) + "@" + remoteHost + "#" + number;
            Optional<UserIdentity> identity = readable(rq);
            Negotiation.compact(rq);
            endTurn();
            @Nullable Origin origin = originOf(rq);
            AssociationAnswer answer = answerTo(rq, origin, identity);
            if (answer instanceof Rejection no) {
                throw rejected(rq, no);
            }
            admission = (Admission) answer;
            storeRequests = new StoreRequests(
                    acceptor.scp(admission),
                    Negotiation.contextsWithoutStorage(rq),
                    Objects.requireNonNull(origin),
                    name);
            commitmentRequests = acceptor.commitments()
                    .map(scp -> new CommitmentRequests(
                            scp,
                            Objects.requireNonNull(origin),
                            socket,
                            acceptor,
                            name,
                            AcceptedAssociation.this::awaitMessage))
                    .orElse(null);
            CommitmentReports reports =
                    new CommitmentReports(acceptor.reports(), Objects.requireNonNull(origin), socket, acceptor, name);
            commitmentReports = reports;
            CommitmentRoles roles = new CommitmentRoles(commitmentRequests != null, reports.areExpected());
            AAssociateAC ac = Negotiation.accept(rq, acceptor.settings().maxPduLength(), admission, roles);
            LOG.info("{}: accepted, called {}{}{}", name, origin.called(), admission, protection());
            awaitMessage();
            return ac;
        }

        /** The identity in a request that keeps to the protocol. */
        private Optional<UserIdentity> readable(AAssociateRQ rq) throws AAssociateRJ {
            try {
                Negotiation.checkProtocol(rq);
                return Negotiation.identityIn(rq);
            } catch (AAssociateRJ no) {
                String why = "the gateway does not serve such a request for any peer";
                throw rejected(rq, new Rejection(no.getResult(), no.getSource(), no.getReason(), why));
            }
        }

        private AAssociateRJ rejected(AAssociateRQ rq, Rejection no) {
            told = true;
            String called = Text.token(rq.getCalledAET(), MAX_TITLE);
            boolean logged = acceptor.refusals().info("{}: rejected, called {}: {}", name, called, no);
            acceptor.policy()
                    .refused(
                            new RefusedPeer(
                                    Text.printable(rq.getCallingAET(), MAX_TITLE),
                                    Text.printable(rq.getCalledAET(), MAX_TITLE),
                                    remoteHost,
                                    no.code(),
                                    Text.printable(no.text(), MAX_REASON)),
                            logged);
            return new AAssociateRJ(no.result(), no.source(), no.reason());
        }

        @Override
        protected void onClose(Association closed) {
            // The toolkit would call the request handler, which has nothing to release.
        }
    }

    private final class Requests implements DimseRQHandler {

        @Override
        public void onDimse(
                Association open, Presentation context, Dimse dimse, Attributes command, @Nullable PDVInputStream data)
                throws IOException {
            if (acceptor.isStopping()) {
                throw Aborts.becauseOf(new IOException("shutting down"));
            }
            @Nullable StoreRequests stores = storeRequests;
            @Nullable CommitmentRequests commitments = commitmentRequests;
            @Nullable CommitmentReports reports = commitmentReports;
            if (dimse == Dimse.C_STORE_RQ && stores != null) {
                stores.serve(open, context, command, data);
            } else if (dimse == Dimse.N_ACTION_RQ && commitments != null) {
                commitments.serve(open, context, command, data);
            } else if (dimse == Dimse.N_EVENT_REPORT_RQ && reports != null) {
                reports.serve(open, context, command, data);
            } else if (dimse == Dimse.C_ECHO_RQ) {
                drain(data);
                open.writeDimseRSP(context, Commands.mkEchoRSP(command, DimseStatus.SUCCESS));
            } else {
                drain(data);
                open.writeDimseRSP(
                        context,
                        new ImageException(UNRECOGNIZED_OPERATION)
                                .mkRSP(dimse.commandFieldOfRSP(), command.getInt(org.aoju.bus.image.Tag.MessageID, 0)));
            }
            awaitMessage();
        }

        @Override
        public void onClose(Association closed) {}
    }

    static void drain(@Nullable PDVInputStream data) throws IOException {
        if (data != null) {
            data.skipAll();
        }
    }
}
