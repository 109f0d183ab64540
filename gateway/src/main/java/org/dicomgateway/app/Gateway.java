package org.dicomgateway.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.GatewaySettings;
import org.dicomgateway.config.ListenerSettings;
import org.dicomgateway.dicom.Acceptor;
import org.dicomgateway.dicom.Requestor;
import org.dicomgateway.forward.Forwarder;
import org.dicomgateway.receive.AssociationGate;
import org.dicomgateway.receive.StoreHandler;
import org.dicomgateway.route.RoutingTable;
import org.dicomgateway.spool.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway as one thing. Its fields stand in the order of the data path; it starts downstream first, so that nothing
 * is received that could not go on, and stops upstream first, so that nothing arrives at a stage that is gone.
 */
public final class Gateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final List<Acceptor> acceptors;
    private final Spool spool;
    private final Forwarder forwarder;

    private final Loaded settings;

    private Gateway(List<Acceptor> acceptors, Spool spool, Forwarder forwarder, Loaded settings) {
        this.acceptors = acceptors;
        this.spool = spool;
        this.forwarder = forwarder;
        this.settings = settings;
    }

    /**
     * Opens the spool, which brings back what an earlier process left, and makes the stages around it. Nothing is received
     * or sent before {@link #start}.
     *
     * @throws IOException when the spool cannot be opened; the message says what to do
     */
    public static Gateway open(Loaded settings) throws IOException {
        InstantSource clock = InstantSource.system();
        long rulesVersion = clock.instant().getEpochSecond();
        RoutingTable rules = RoutingTable.of(settings.routing(), rulesVersion);
        Spool spool = Spool.open(settings.gateway().spool(), rules, new FirstCandidate(), clock);
        Forwarder forwarder = new Forwarder(spool, Requestor::of, clock, new SplittableRandom());
        return new Gateway(acceptors(settings.gateway(), spool), spool, forwarder, settings);
    }

    private static List<Acceptor> acceptors(GatewaySettings settings, Spool spool) {
        StoreHandler handler = new StoreHandler(spool);
        List<Acceptor> acceptors = new ArrayList<>();
        for (ListenerSettings listener : settings.listeners()) {
            acceptors.add(new Acceptor(listener.acceptor(), new AssociationGate(listener.aeTitles(), spool), handler));
        }
        return List.copyOf(acceptors);
    }

    /**
     * Starts forwarding, then receiving.
     *
     * @throws IOException when a listener's port cannot be had; the gateway must then be closed
     */
    public void start() throws IOException {
        spool.destinationsChanged(settings.routing().destinations().keySet());
        forwarder.start(settings.routing().destinations().values());
        for (Acceptor acceptor : acceptors) {
            acceptor.start();
        }
    }

    /** Where it listens, after {@link #start}. */
    public List<InetSocketAddress> addresses() {
        return acceptors.stream().map(Acceptor::address).toList();
    }

    /**
     * Stops in order: no new associations; what is being received is finished and answered; what is being sent is
     * finished; the spool is closed. Takes at most about twice the configured shutdown timeout; whatever is not finished
     * then is broken off, and nothing that was answered with success is lost by it.
     */
    @Override
    public void close() {
        Duration grace = settings.gateway().shutdownTimeout();
        LOG.info("stopping: receiving");
        acceptors.forEach(acceptor -> acceptor.stop(grace));
        LOG.info("stopping: forwarding");
        forwarder.stop(grace);
        forwarder.close();
        LOG.info("stopping: spool");
        spool.close();
        LOG.info("stopped");
    }
}
