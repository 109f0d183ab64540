package org.dicomgateway.dicom.acceptor;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.commitment.CommitmentScu;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.wire.DicomSocket;
import org.dicomgateway.dicom.wire.LogLimit;
import org.dicomgateway.dicom.wire.PduGuard;
import org.dicomgateway.dicom.wire.Turns;
import org.dicomgateway.dicom.wire.Watchdog;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Threads;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsContexts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one port and serves associations: Verification, C-STORE of any storage SOP class in any transfer syntax,
 * and storage commitment: requests of it, and reports on those that the gateway made (PS3.4 Annexes A, B and J).
 *
 * <p>The accept loop only accepts, so no peer can make others wait. Everything else about a connection happens in its
 * own thread ({@code dicom-assoc-N}). The {@link AssociationPolicy} decides which peers may associate, and the {@link
 * CStoreScp} decides what happens to an instance. Both run in that thread.
 */
public final class Acceptor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** Connections over the limit that get an A-ASSOCIATE-RJ. Further ones are closed without an answer. */
    private static final int REFUSALS_AT_ONCE = 16;

    /**
     * Parsing a request takes one or two milliseconds and some hundred kilobytes. With this few in parallel, parsing
     * needs only a few megabytes, and one address cannot hold up all others.
     */
    private static final int REQUESTS_AT_ONCE = 8;

    private static final int REQUESTS_OF_ONE_HOST_AT_ONCE = 2;
    /** A request of storage commitment can need ten megabytes until it is a record. */
    private static final int COMMITMENTS_AT_ONCE = 2;

    private static final int COMMITMENTS_OF_ONE_HOST_AT_ONCE = 1;

    /** How long a request or a report waits while others are taken. */
    private static final Duration COMMITMENT_TURN = Duration.ofSeconds(10);

    /**
     * Connections that the kernel queues until they are accepted. The queue is long, so that a burst does not have to
     * wait for retransmissions.
     */
    private static final int BACKLOG = 1_024;

    /**
     * How long the threads have to end after their sockets are closed. Only a hook that does not return takes longer.
     */
    private static final Duration END_OF_THREADS = Duration.ofSeconds(2);

    /** Pauses after a failed accept, for example when there are no file descriptors left, to avoid a busy loop. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(200);

    private final AcceptorSettings settings;
    private final Optional<TlsContext> tls;
    private final AssociationPolicy policy;
    private final CStoreScp scp;
    private final Optional<CommitmentScp> commitments;
    private final CommitmentScu reports;
    private final Watchdog watchdog = new Watchdog("dicom-watchdog");
    private final AtomicInteger lastNumber = new AtomicInteger();
    private final Set<AcceptedAssociation> connections = ConcurrentHashMap.newKeySet();
    private final Object change = new Object();
    private final Turns turns = new Turns(REQUESTS_AT_ONCE, REQUESTS_OF_ONE_HOST_AT_ONCE);
    private final Turns commitmentTurns = new Turns(COMMITMENTS_AT_ONCE, COMMITMENTS_OF_ONE_HOST_AT_ONCE);
    private final LogLimit refusals = new LogLimit(LOG, System::nanoTime);
    private final KnownHosts known = new KnownHosts(System::nanoTime);
    private final Places places;

    private volatile boolean stopping;
    private @Nullable ServerSocket server;
    private @Nullable LongLived acceptLoop;

    /**
     * An acceptor that does not listen yet. If the settings require TLS, it uses one of these contexts.
     *
     * @param commitments serves requests of storage commitment; empty: it offers none
     * @param reports takes reports of storage commitment; contexts for them are refused to peers from which it expects
     *     none
     */
    public Acceptor(
            AcceptorSettings settings,
            TlsContexts contexts,
            AssociationPolicy policy,
            CStoreScp scp,
            Optional<CommitmentScp> commitments,
            CommitmentScu reports) {
        this.settings = settings;
        this.tls = settings.tls().map(server -> contexts.of(server.tls()));
        this.policy = policy;
        this.scp = scp;
        this.commitments = commitments;
        this.reports = reports;
        this.places = new Places(settings, host -> known.contains(host) || policy.expects(host));
    }

    /**
     * Binds the address and starts to accept.
     *
     * @throws BindException when the address is not available; its message names the address and says what to do
     */
    public synchronized void start() throws IOException {
        if (server != null || stopping) {
            throw new IllegalStateException("an acceptor can be started only once");
        }
        ServerSocket listening = new ListeningSocket();
        try {
            listening.bind(settings.bind(), BACKLOG);
        } catch (SocketException e) {
            listening.close();
            throw bindFailure(e);
        }
        server = listening;
        acceptLoop = new LongLived("dicom-accept-" + listening.getLocalPort(), () -> accept(listening));
        acceptLoop.start();
        LOG.info("listening on {}{}", Text.address(address()), tls.isPresent() ? ", TLS only" : "");
    }

    /** The address on which it listens. Contains the actual port when the settings asked for a free one. */
    public synchronized InetSocketAddress address() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** The thread that accepts. Empty before {@link #start} and after the stop. */
    public synchronized Optional<LongLived> thread() {
        return Optional.ofNullable(acceptLoop);
    }

    /** The number of connections that are served, associated or not yet. Connections over the limit do not count. */
    public int openAssociations() {
        return (int) connections.stream()
                .filter(connection -> !connection.isOverLimit())
                .count();
    }

    /**
     * Stops listening at once and ends the open connections. An association completes its current message, and is
     * aborted when it starts another one. Associations that are still open after the grace period are aborted.
     * Returns when all are closed. A second call has no effect.
     */
    public void stop(Duration grace) {
        stopAll(List.of(this), grace);
    }

    /** Stops all these acceptors together, with one common grace period. */
    public static void stopAll(Collection<Acceptor> acceptors, Duration grace) {
        acceptors.forEach(Acceptor::stopListening);
        boolean interrupted = !awaitNoConnections(acceptors, grace);
        acceptors.forEach(acceptor -> acceptor.connections.forEach(AcceptedAssociation::abort));
        interrupted |= !awaitNoConnections(acceptors, END_OF_THREADS);
        acceptors.forEach(acceptor -> acceptor.connections.forEach(
                connection -> LOG.warn("{}: its thread has not ended: an operation still runs", connection)));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops without a grace period. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    boolean isStopping() {
        return stopping;
    }

    public AcceptorSettings settings() {
        return settings;
    }

    /** Does the TLS handshake, if TLS is configured. */
    void secure(DicomSocket socket) throws IOException {
        if (tls.isPresent() && settings.tls().isPresent()) {
            socket.secure(wire -> tls.get().accepted(wire, settings.tls().get().clients()));
        }
    }

    AssociationPolicy policy() {
        return policy;
    }

    /** The handler for an admitted association. After its first instance, the address of the peer counts as known. */
    CStoreScp scp(Admission admission) {
        CStoreScp limited = admission.limit(scp);
        return request -> {
            CStoreScp.CStoreResponse response = limited.cStore(request);
            if (response.status() == DimseStatus.SUCCESS) {
                known.add(request.origin().remoteHost());
            }
            return response;
        };
    }

    /** Serves requests of storage commitment; empty when the gateway does not offer it. */
    Optional<CommitmentScp> commitments() {
        return commitments;
    }

    /** The turns for parsing requests. */
    Turns turns() {
        return turns;
    }

    /** Takes reports of storage commitment. */
    CommitmentScu reports() {
        return reports;
    }

    /**
     * Waits for a turn to take a request or a report of storage commitment, which is in memory meanwhile. The caller
     * must {@linkplain #endCommitment end} it. False when there was none in time.
     */
    boolean beginCommitment(String remoteHost) {
        try {
            return commitmentTurns.begin(remoteHost, COMMITMENT_TURN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void endCommitment(String remoteHost) {
        commitmentTurns.end(remoteHost);
    }

    /** The log for rejected and refused connections. */
    LogLimit refusals() {
        return refusals;
    }

    void ended(AcceptedAssociation connection) {
        connections.remove(connection);
        refusals.tellWhatWasLeft();
        synchronized (change) {
            change.notifyAll();
        }
    }

    private void accept(ServerSocket listening) {
        while (!stopping) {
            try {
                serve((DicomSocket) listening.accept());
            } catch (IOException e) {
                if (!stopping) {
                    LOG.error("a connection could not be accepted; the next try follows", e);
                    pause();
                }
            }
        }
    }

    private void serve(DicomSocket socket) {
        String host = socket.getInetAddress().getHostAddress();
        boolean viaProxy = policy.isProxy(host);
        int number = lastNumber.incrementAndGet();
        AcceptedAssociation connection;
        synchronized (places) {
            @Nullable String excess = viaProxy ? places.excess(connections) : places.excess(connections, host);
            if (stopping || (excess != null && overLimit() >= REFUSALS_AT_ONCE)) {
                socket.closeQuietly();
                return;
            }
            connection = new AcceptedAssociation(this, socket, number, excess, viaProxy);
            connections.add(connection);
        }
        Thread thread = new Thread(connection, "dicom-assoc-" + number);
        if (!Threads.start(thread)) {
            LOG.error("the machine has no thread left for a connection; {} connections are open", openAssociations());
            socket.closeQuietly();
            ended(connection);
            pause();
        }
    }

    /**
     * Counts a connection for the peer whose address the proxy has said.
     *
     * @return false when there are too many over the limit already: close it without an answer
     */
    boolean identified(AcceptedAssociation connection, InetAddress peer) {
        synchronized (places) {
            List<AcceptedAssociation> others =
                    connections.stream().filter(each -> each != connection).toList();
            connection.comesFrom(peer.getHostAddress(), places.excess(others, peer.getHostAddress()));
            return !connection.isOverLimit() || overLimit() <= REFUSALS_AT_ONCE;
        }
    }

    private long overLimit() {
        return connections.stream().filter(AcceptedAssociation::isOverLimit).count();
    }

    private void stopListening() {
        stopping = true;
        @Nullable Thread loop;
        synchronized (this) {
            loop = acceptLoop;
            acceptLoop = null;
            try {
                if (server != null) {
                    server.close();
                }
            } catch (IOException e) {
                LOG.warn("the listening socket failed to close", e);
            }
        }
        if (loop != null) {
            Threads.join(loop);
        }
    }

    /** Returns false when interrupted. */
    private static boolean awaitNoConnections(Collection<Acceptor> acceptors, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean inPeace = true;
        for (Acceptor acceptor : acceptors) {
            inPeace &= acceptor.awaitNoConnections(deadline);
        }
        return inPeace;
    }

    private boolean awaitNoConnections(long deadline) {
        synchronized (change) {
            while (!connections.isEmpty()) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return true;
                }
                try {
                    change.wait(millis);
                } catch (InterruptedException e) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private BindException bindFailure(SocketException cause) {
        String address = Text.address(settings.bind());
        BindException failure = new BindException("cannot listen on " + address + ": " + cause.getMessage()
                + ". See which process has the port (ss -ltnp 'sport = :"
                + settings.bind().getPort()
                + "') and stop it, or configure another address; ports below 1024 need privileges");
        failure.initCause(cause);
        return failure;
    }

    private final class ListeningSocket extends ServerSocket {

        ListeningSocket() throws IOException {
            super();
            setReuseAddress(true);
        }

        @Override
        public Socket accept() throws IOException {
            DicomSocket socket =
                    new DicomSocket(watchdog, settings.writeTimeout(), PduGuard.Side.ACCEPTOR, settings.maxPduLength());
            implAccept(socket);
            return socket;
        }
    }
}
