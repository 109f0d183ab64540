package org.dicomgateway.app;

import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.api.ThreadView;
import org.dicomgateway.admin.cluster.ClusterControls;
import org.dicomgateway.admin.server.AdminServer;
import org.dicomgateway.admin.server.HealthServer;
import org.dicomgateway.admin.server.HttpLimits;
import org.dicomgateway.app.cluster.ClusterOperations;
import org.dicomgateway.audit.AuditTrail;
import org.dicomgateway.cli.common.ProgramVersion;
import org.dicomgateway.cluster.Cluster;
import org.dicomgateway.cluster.ClusterOrders;
import org.dicomgateway.commit.ArchiveCommitments;
import org.dicomgateway.commit.Commitments;
import org.dicomgateway.commit.Inquiry;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.dicom.commitment.CommitmentScp;
import org.dicomgateway.dicom.requestor.CommitmentRequestor;
import org.dicomgateway.dicom.requestor.QueryRetrieve;
import org.dicomgateway.dicom.requestor.Reporter;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.events.Events;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.Connector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.web.StowConnector;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.observe.Telemetry;
import org.dicomgateway.process.EndOfProcess;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.process.Threads;
import org.dicomgateway.receive.AccessControl;
import org.dicomgateway.receive.AssociationGate;
import org.dicomgateway.receive.Identities;
import org.dicomgateway.receive.IdentityCheck;
import org.dicomgateway.receive.StoreHandler;
import org.dicomgateway.receive.web.WebListener;
import org.dicomgateway.route.Dispatch;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Whereabouts;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.transcode.Transcoder;
import org.dicomgateway.verify.Archive;
import org.dicomgateway.verify.Verifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole gateway. The fields are in the order of the data path, followed by what watches and controls it. It starts
 * downstream first, so that nothing is received before it can be passed on. It stops upstream first, so that nothing
 * arrives at a stage that has stopped.
 */
public final class Gateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** A renewed certificate is in force within two looks. */
    private static final Duration CERTIFICATE_INTERVAL = Duration.ofSeconds(1);

    /** The largest PDU that a sender may answer a report with: the answer is small. */
    private static final int REPORT_PDU = 1 << 14;

    /** Short: a report that is broken off is made again by the next start. */
    private static final Duration REPORT_GRACE = Duration.ofSeconds(5);

    private final Telemetry telemetry = new Telemetry();
    private final Optional<AuditTrail> audit;
    private final List<Acceptor> acceptors;
    private final List<WebListener> webListeners;
    private final PausableIntake pausable;
    private final Optional<Commitments> commitments;
    private final RulesInForce rules;
    private final Optional<Cluster> cluster;
    private final Spool spool;
    private final DestinationStatusCache destinationStatusCache;
    private final Forwarder forwarder;
    private final Verifier verifier;
    private final ArchiveCommitments archiveCommitments;
    private final Events events;

    private final TlsContexts tls;
    private final WebAccesses webAccesses;
    private final Repeating certificates;
    private final RulesWatcher watcher;
    private final PausedDestinations paused;
    private final Optional<ClusterOperations> operations;
    private final Optional<AdminServer> admin;
    private final Optional<HealthServer> health;

    private final GatewaySettings settings;
    private final Instant started;
    private volatile List<InetSocketAddress> addresses = List.of();

    private Gateway(Loaded loaded, RestartNeeds restart, InstantSource clock) throws IOException {
        settings = loaded.gateway();
        started = clock.instant();
        rules = new RulesInForce(
                settings.routingFile(), loaded.routing(), settings.cluster().isPresent(), clock);
        destinationStatusCache = new DestinationStatusCache();
        Dispatch dispatch =
                new Dispatch(rules::table, destinationStatusCache::prospects, destinationStatusCache::pendingBytes);
        cluster = settings.cluster()
                .map(each ->
                        new Cluster(each, ProgramVersion.get(), settings.spool().history(), EndOfProcess::fenced));
        spool = Spool.open(
                settings.spool(),
                rules,
                cluster.map(each -> each.shared(dispatch)).orElse(dispatch),
                clock,
                cluster.map(Cluster::replica).orElse(Replica.NONE),
                telemetry.forwardLog(),
                telemetry.stageTimes());
        tls = new TlsContexts(clock);
        webAccesses = new WebAccesses(tls);
        certificates = new Repeating("certificate-watcher", CERTIFICATE_INTERVAL, tls::look);
        audit = settings.audit().enabled()
                ? Optional.of(AuditTrail.open(settings.audit(), tls, clock))
                : Optional.empty();
        // The way in: audited, then pausable, then the spool. The way out: audited, then the spool.
        pausable = PausableIntake.besideSpool(settings.spool().directory(), spool);
        Intake intake = audit.map(trail -> trail.audited(pausable)).orElse(pausable);
        Outbox outbox = audit.<Outbox>map(trail -> trail.audited(spool, rules::destination))
                .orElse(spool);
        Whereabouts whereabouts = cluster.map(each -> each.whereabouts(spool)).orElse(spool);
        commitments = commitments(settings, rules, whereabouts, tls, clock);
        RejectedSenders rejected = new RejectedSenders(telemetry.forwardLog(), clock);
        Transcoder transcoder = new Transcoder(
                settings.spool().directory().resolve("transcode"),
                settings.spool().minFreeSpace().bytes(),
                Runtime.getRuntime().availableProcessors());
        transcoder.cleanUp();
        forwarder = new Forwarder(
                outbox,
                transcoder,
                telemetry.forwardLog(),
                connectors(outbox, clock),
                new OrthancCheck(),
                spool::reconsider,
                cluster.map(Cluster::places).orElse(SharedPlaces.ALONE),
                clock,
                new SplittableRandom());
        verifier = new Verifier(spool.copies(), spool, this::archive, forwarder::isSending, clock);
        archiveCommitments = new ArchiveCommitments(
                spool.commitments(),
                destination -> destination.isWeb()
                        ? Inquiry.of(destination, webAccesses.apply(destination), clock)
                        : Inquiry.of(destination, CommitmentRequestor.of(destination.requestor(), tls)),
                delivery -> verifier.sendAgain(delivery, "storage commitment"),
                clock);
        events = Events.open(
                settings.spool().directory().resolve("events.db"),
                spool,
                forwarder::views,
                archiveCommitments::statuses,
                tls,
                clock,
                settings.spool().history(),
                new SplittableRandom());
        acceptors = acceptors(intake, rejected, clock);
        webListeners = webListeners(intake, rejected, clock);
        watcher = new RulesWatcher(settings.routingFile(), rules, restart);
        paused = PausedDestinations.besideSpool(
                settings.spool().directory(), loaded.routing().destinations().keySet());
        GatewayControls controls = new GatewayControls(
                this::process,
                this::receiver,
                this::commitments,
                this::cluster,
                this::operations,
                tls,
                rejected,
                pausable,
                new CaughtUp(spool),
                forwarder,
                verifier,
                events,
                paused,
                rules,
                watcher,
                restart);
        operations = cluster.map(each -> new ClusterOperations(each, controls, spool, auditListener()));
        admin = settings.admin().enabled()
                ? Optional.of(new AdminServer(
                        settings.admin(), controls, spool, telemetry, auditListener(), tls, HttpLimits.DEFAULT))
                : Optional.empty();
        health = settings.admin().health().map(at -> new HealthServer(at, controls, HttpLimits.DEFAULT));
    }

    /**
     * Opens the spool, recovers what an earlier process left there, and creates the stages around it. Nothing is
     * received or sent before {@link #start}.
     *
     * @param configuration the {@code gateway.conf} that was loaded; it is watched for changes
     * @throws IOException when the spool cannot be opened; the message says what to do
     * @throws ConfigurationException when the configuration can no longer be read
     */
    public static Gateway open(Path configuration, Loaded loaded) throws IOException, ConfigurationException {
        return new Gateway(loaded, new RestartNeeds(configuration), InstantSource.system());
    }

    private static Optional<Commitments> commitments(
            GatewaySettings settings, RulesInForce rules, Whereabouts spool, TlsContexts tls, InstantSource clock)
            throws IOException {
        CommitmentSettings commitment = settings.commitment();
        return commitment.senders().isEmpty()
                ? Optional.empty()
                : Optional.of(Commitments.open(
                        commitment,
                        DurableFolder.open(settings.spool().directory().resolve("commitments")),
                        spool,
                        rules.requirements(),
                        sender -> Reporter.of(reportTo(sender, commitment.timeout()), tls),
                        clock));
    }

    private static RequestorSettings reportTo(CommitmentSettings.Sender sender, Duration timeout) {
        return new RequestorSettings(timeout, timeout, timeout, timeout, timeout, REPORT_PDU, sender.tls());
    }

    /** A lane's way to its destination: by C-STORE, or over DICOMweb. */
    private Connector.Factory connectors(Outbox outbox, InstantSource clock) {
        Connector.Factory associations =
                AssociationConnector.by(timeouts -> Requestor.of(timeouts, tls), outbox::explainsDuplicate, clock);
        Connector.Factory web = StowConnector.by(webAccesses, new WebCopies(this::archive), clock);
        return (destination, timeouts) -> (destination.isWeb() ? web : associations).to(destination, timeouts);
    }

    private Optional<Archive> archive(DestinationSettings destination) {
        return Archive.of(destination, spool.copies(), peers -> QueryRetrieve.of(peers, tls), webAccesses);
    }

    private List<Acceptor> acceptors(Intake intake, RejectedSenders rejected, InstantSource clock) {
        Optional<CommitmentScp> scp =
                commitments.map(each -> audit.map(trail -> trail.audited(each)).orElse(each));
        Identities identities = new Identities(settings.users(), Ticker.systemTicker());
        StoreHandler handler = new StoreHandler(intake, telemetry.forwardLog());
        List<Acceptor> all = new ArrayList<>();
        for (ListenerSettings listener : settings.listeners()) {
            if (listener.web().isEmpty()) {
                AssociationPolicy policy = policy(listener, identities, intake, rejected, clock);
                all.add(new Acceptor(listener.acceptor(), tls, policy, handler, scp, archiveCommitments));
            }
        }
        return List.copyOf(all);
    }

    /** Over DICOMweb: the same way in, and the same rules. */
    private List<WebListener> webListeners(Intake intake, RejectedSenders rejected, InstantSource clock) {
        StoreHandler handler = new StoreHandler(intake, telemetry.forwardLog());
        return settings.listeners().stream()
                .filter(listener -> listener.web().isPresent())
                .map(listener -> new WebListener(
                        listener,
                        tls,
                        policy(listener, IdentityCheck.VERIFIED_BEFORE, intake, rejected, clock),
                        handler,
                        clock))
                .toList();
    }

    private AssociationPolicy policy(
            ListenerSettings listener,
            IdentityCheck identities,
            Intake intake,
            RejectedSenders rejected,
            InstantSource clock) {
        AccessControl access = new AccessControl(listener, identities, clock);
        AssociationPolicy gate = new AssociationGate(listener.aeTitles(), access, intake, rejected);
        return audit.map(trail -> trail.audited(gate)).orElse(gate);
    }

    private AuditListener auditListener() {
        return audit.<AuditListener>map(AuditedOperators::new).orElse(AuditListener.NOBODY);
    }

    /**
     * Starts forwarding and answering operators, then receiving, then watching the rules. Senders come after all that
     * can prevent a start: none of them meets a gateway that ends at once.
     *
     * @throws IOException when a port is not available; the gateway must then be closed
     */
    public synchronized void start() throws IOException {
        if (cluster.isPresent()) {
            cluster.get().start(spool.handover());
            cluster.get().catchUp(new PublishedRules(rules, watcher), paused::add, paused::remove);
        }
        audit.ifPresent(AuditTrail::start);
        forwarder.start(List.of(), Map.of(), paused.all());
        destinationStatusCache.ask(spool, forwarder);
        rules.tell(new RuleChangeHandler(spool, forwarder, verifier, archiveCommitments, events, rules));
        events.start();
        commitments.ifPresent(Commitments::start);
        operations.ifPresent(each -> cluster.ifPresent(all -> all.steer(each)));
        if (admin.isPresent()) {
            admin.get().start();
        }
        if (health.isPresent()) {
            health.get().start();
        }
        for (Acceptor acceptor : acceptors) {
            acceptor.start();
        }
        for (WebListener listener : webListeners) {
            listener.start();
        }
        addresses = Stream.concat(
                        acceptors.stream().map(Acceptor::address),
                        webListeners.stream().map(WebListener::address))
                .toList();
        certificates.start();
        watcher.start();
    }

    /** Reads the rules again now, and logs the result. */
    public void reload() {
        ReloadView reload = watcher.reload();
        LOG.info(
                "rules: {}, version {}: {}",
                reload.outcome().name().toLowerCase(Locale.ROOT),
                reload.version(),
                reload.details().isEmpty() ? "nothing changed" : String.join("; ", reload.details()));
    }

    /** The addresses where it listens; empty before it takes associations. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** Whether nothing is left to do for any instance. */
    private boolean isEmpty() {
        try {
            spool.catchUp();
            return spool.handover().unfinished(0, 1).isEmpty();
        } catch (SearchException e) {
            LOG.debug("it is unknown whether the spool is empty", e);
            return false;
        }
    }

    private ReceiverView receiver() {
        int associations = acceptors.stream()
                        .mapToInt(Acceptor::openAssociations)
                        .sum()
                + webListeners.stream().mapToInt(WebListener::openRequests).sum();
        int underWay = pausable.underWay();
        return pausable.draining()
                .map(why -> new ReceiverView(ReceiverView.DRAINING, why, associations, underWay))
                .or(() -> pausable.paused().map(why -> new ReceiverView("paused", why, associations, underWay)))
                .or(() -> spool.closedBecause().map(why -> new ReceiverView("closed", why, associations, underWay)))
                .orElseGet(() -> new ReceiverView("open", "", associations, underWay));
    }

    private Optional<StatusView.Cluster> cluster() {
        if (cluster.isEmpty()) {
            return Optional.empty();
        }
        ClusterOrders.Counted counted = cluster.get().orders().counted();
        return cluster.map(Cluster::view)
                .map(view -> new StatusView.Cluster(
                        view.node(),
                        view.closedBecause().orElse(""),
                        view.answers(),
                        view.database(),
                        view.standby(),
                        view.lease().toMillis() / 1e3,
                        view.members().stream()
                                .map(member -> new StatusView.Member(
                                        member.node(),
                                        member.state(),
                                        member.since(),
                                        member.silence().map(silence -> silence.toMillis() / 1e3),
                                        member.unfinished(),
                                        Optional.of(member.alone()),
                                        member.software(),
                                        Optional.of(member.rules()).filter(digest -> !digest.isEmpty()),
                                        Optional.of(member.transforms()).filter(digest -> !digest.isEmpty())))
                                .toList(),
                        ClusterOperations.waiting(counted, rules.destinations()),
                        counted.at()));
    }

    private Optional<ClusterControls> operations() {
        return operations.map(each -> each);
    }

    private CommitmentsView commitments() {
        return CommitmentViews.of(commitments, archiveCommitments);
    }

    private ProcessView process() {
        return new ProcessView(
                ProgramVersion.get(),
                started,
                addresses().stream()
                        .map(address -> address.getHostString() + ":" + address.getPort())
                        .toList(),
                addresses.isEmpty() ? Optional.of("the gateway starts") : pausable.closedBecause(),
                threads()
                        .map(thread -> new ThreadView(thread.getName(), thread.getState() != Thread.State.TERMINATED))
                        .toList(),
                audit.map(AuditTrail::complete));
    }

    /** The threads that must always run, in the order of the data path. */
    private Stream<LongLived> threads() {
        return Stream.of(
                        acceptors.stream().flatMap(acceptor -> acceptor.thread().stream()),
                        spool.threads().stream(),
                        cluster.stream().flatMap(each -> each.threads().stream()),
                        commitments.stream().flatMap(each -> each.threads().stream()),
                        Stream.of(destinationStatusCache.thread()),
                        forwarder.threads().stream(),
                        verifier.threads().stream(),
                        archiveCommitments.threads().stream(),
                        events.threads().stream(),
                        audit.stream().flatMap(trail -> trail.threads().stream()),
                        Stream.of(certificates.thread(), watcher.thread()),
                        admin.stream().map(AdminServer::thread))
                .flatMap(threads -> threads);
    }

    /**
     * Stops in order: the operators' interface closes; no new associations are accepted; what is being received is
     * finished and answered; what is being sent is finished; the spool is closed. This takes at most about twice the
     * configured shutdown timeout. What is not finished then is aborted; no instance that was answered with success is
     * lost. Waits for {@link #start} while it runs.
     */
    @Override
    public synchronized void close() {
        Duration grace = settings.shutdownTimeout();
        health.ifPresent(HealthServer::close);
        admin.ifPresent(AdminServer::close);
        watcher.close();
        certificates.close();
        LOG.info("stopping: receiving");
        Thread web = new Thread(() -> webListeners.forEach(each -> each.stop(grace)), "web-stop");
        web.start();
        Acceptor.stopAll(acceptors, grace);
        Threads.join(web);
        Duration inCommitment = grace.compareTo(REPORT_GRACE) < 0 ? grace : REPORT_GRACE;
        commitments.ifPresent(each -> each.stop(inCommitment));
        archiveCommitments.stop(inCommitment);
        events.stop(inCommitment);
        verifier.close();
        LOG.info("stopping: forwarding");
        forwarder.stop(grace);
        forwarder.close();
        destinationStatusCache.close();
        LOG.info("stopping: spool");
        boolean isEmpty = cluster.isPresent() && isEmpty();
        cluster.ifPresent(Cluster::stop);
        spool.close();
        cluster.filter(each -> isEmpty).ifPresent(Cluster::leave);
        cluster.ifPresent(Cluster::close);
        audit.ifPresent(AuditTrail::close);
        telemetry.close();
        LOG.info("stopped");
    }
}
