package org.dicomgateway.audit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.AuditSettings;
import org.dicomgateway.config.settings.AuditSettings.SyslogSettings;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.acceptor.AssociationPolicy;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Outbox;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit trail. A caller that reports an event does not wait. A separate thread writes the open messages about
 * twice per second and syncs them.
 *
 * <p>When the process dies, the trail loses the events of the last half second and the counts of open transfers.
 * While the disk takes no writes, the trail keeps a bounded number of messages in memory. It counts the messages that
 * it drops after that. The transfer of images goes on.
 */
public final class AuditTrail implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);

    private static final long EVERY_MILLIS = 500;
    private static final int MAX_WAITING = 10_000;
    private static final long JOIN_MILLIS = 10_000;

    private final InstantSource clock;
    private final Messages messages;
    private final Transfers transfers;
    private final Alerts alerts;
    private final AuditXml xml;
    private final Journal journal;
    private final Optional<SyslogSender> sender;

    private final ConcurrentLinkedQueue<AuditMessage> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final List<String> unwritten = new ArrayList<>();
    private final LongLived writer = LongLived.daemon("audit", this::run);
    private volatile Instant complete;
    private long dropped;
    private boolean failing;
    private volatile boolean closing;

    private AuditTrail(AuditSettings settings, TlsContexts tls, InstantSource clock) throws IOException {
        this.clock = clock;
        this.complete = clock.instant();
        this.messages = new Messages(settings.patientIds());
        this.transfers = new Transfers(messages, clock, settings.transferPause());
        this.alerts = new Alerts(messages, clock);
        this.xml = new AuditXml(settings.sourceId(), settings.siteId());
        this.journal = Journal.open(
                settings.directory(),
                settings.fileSize().bytes(),
                settings.totalSize().bytes());
        this.sender = settings.syslog().map(syslog -> sender(syslog, settings, tls));
    }

    /** Opens the trail in its folder. Nothing is written before {@link #start}. */
    public static AuditTrail open(AuditSettings settings, TlsContexts tls, InstantSource clock) throws IOException {
        try {
            return new AuditTrail(settings, tls, clock);
        } catch (IOException e) {
            throw new IOException(
                    "the audit trail cannot be written in " + settings.directory()
                            + " (gateway.audit.directory; gateway.audit.enabled = false turns it off): " + e,
                    e);
        }
    }

    private SyslogSender sender(SyslogSettings syslog, AuditSettings settings, TlsContexts contexts) {
        Optional<TlsContext> context = syslog.tls().map(ClientTls::tls).map(contexts::of);
        SyslogLink.Stream.Layer layer = wire -> context.isEmpty()
                ? wire
                : context.get()
                        .connected(
                                wire, syslog.host(), syslog.port(), syslog.tls().orElseThrow());
        SyslogSender.Dialler dialler = () -> switch (syslog.protocol()) {
            case UDP -> new SyslogLink.Udp(address(syslog));
            case TCP -> SyslogLink.Stream.connect(address(syslog), syslog.timeout(), layer);
        };
        return new SyslogSender(
                journal,
                new Cursor(settings.directory()),
                new Syslog(Messages.ownHost()),
                dialler,
                syslog.host() + ":" + syslog.port(),
                syslog.timeout());
    }

    private static InetSocketAddress address(SyslogSettings syslog) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(syslog.host()), syslog.port());
    }

    /** Starts to write. The first message says that the gateway started. */
    public void start() {
        add(messages.applicationActivity(Code.APPLICATION_START, clock.instant()));
        writer.start();
        sender.ifPresent(sending -> {
            try {
                sending.start();
            } catch (IOException e) {
                LOG.error(
                        "audit trail: nothing is sent to the syslog server: the record of what was already sent"
                                + " cannot be read",
                        e);
            }
        });
    }

    /** Wraps an intake, so that the trail records the instances that it receives. */
    public Intake audited(Intake intake) {
        return new AuditedIntake(intake, transfers);
    }

    /**
     * Wraps an outbox, so that the trail records what is sent. {@code destinations} are those of the rules in force.
     */
    public Outbox audited(Outbox outbox, Function<String, Optional<DestinationSettings>> destinations) {
        return new AuditedOutbox(outbox, transfers, destinations);
    }

    /** Wraps a policy, so that the trail records each permanent rejection. */
    public AssociationPolicy audited(AssociationPolicy policy) {
        return new AuditedPolicy(policy, this);
    }

    /** A node requested an association, and the gateway rejected it permanently. */
    public void rejected(String callingAe, String address, String reason) {
        alerts.add(new Alerts.Alert(Alerts.Kind.NODE_REJECTED, callingAe, address, reason));
    }

    /** A user or a peer presented wrong credentials. */
    public void loginFailed(String user, String address, String reason) {
        alerts.add(new Alerts.Alert(Alerts.Kind.LOGIN_FAILED, user, address, reason));
    }

    /**
     * An operator requested an action.
     *
     * @param user may be empty
     * @param function the kind of the action
     * @param request the text of the request
     * @param done whether the action was done
     */
    public void operatorAction(String user, String address, String function, String request, boolean done) {
        add(messages.operatorAction(user, address, function, request, done, clock.instant()));
    }

    /** The threads that the trail needs: the writer, and the sender when there is a syslog server. */
    public List<LongLived> threads() {
        return Stream.concat(Stream.of(writer), sender.stream().map(SyslogSender::thread))
                .toList();
    }

    /** When the trail on disk was last complete. Normally this is half a second ago at most. */
    public Instant complete() {
        return complete;
    }

    private void add(AuditMessage message) {
        if (queued.incrementAndGet() <= MAX_WAITING) {
            events.add(message);
        } else {
            queued.decrementAndGet();
            LOG.warn("audit trail: too many operator actions at once; one is not recorded");
        }
    }

    private void run() {
        while (!closing) {
            try {
                synchronized (events) {
                    if (!closing) {
                        events.wait(EVERY_MILLIS);
                    }
                }
                tell(false);
                sender.ifPresent(SyslogSender::watch);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.error("audit trail", e);
            }
        }
    }

    /** Writes the messages that are due. */
    private synchronized void tell(boolean all) {
        for (AuditMessage event = events.poll(); event != null; event = events.poll()) {
            queued.decrementAndGet();
            keep(event);
        }
        alerts.tell(all).forEach(this::keep);
        transfers.tell(all).forEach(this::keep);
        dropped += transfers.takeUntold();
        if (!unwritten.isEmpty()) {
            write();
        }
        if (unwritten.isEmpty()) {
            complete = clock.instant();
        }
    }

    private void keep(AuditMessage message) {
        if (unwritten.size() < MAX_WAITING) {
            unwritten.add(xml.write(message));
        } else {
            dropped++;
        }
    }

    private void write() {
        try {
            journal.append(unwritten);
            unwritten.clear();
            sender.ifPresent(SyslogSender::wake);
            if (failing) {
                LOG.info("audit trail: can be written again; {} messages were dropped", dropped);
            }
            failing = false;
            dropped = 0;
        } catch (IOException e) {
            if (!failing) {
                LOG.error("audit trail: cannot be written; up to {} messages wait in memory", MAX_WAITING, e);
            }
            failing = true;
        }
    }

    /**
     * Writes the open messages and the message that the gateway stopped. Gives the syslog server some seconds to take
     * them.
     */
    @Override
    public void close() {
        closing = true;
        synchronized (events) {
            events.notifyAll();
        }
        try {
            writer.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tell(true);
        add(messages.applicationActivity(Code.APPLICATION_STOP, clock.instant()));
        tell(true);
        sender.ifPresent(SyslogSender::close);
        try {
            journal.close();
        } catch (IOException e) {
            LOG.warn("audit trail: {}", e.toString());
        }
    }
}
