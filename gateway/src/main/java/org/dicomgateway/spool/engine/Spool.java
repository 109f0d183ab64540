package org.dicomgateway.spool.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.Whereabouts;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerSource;
import org.dicomgateway.spool.log.StoredInstance;
import org.dicomgateway.spool.search.Catalogue;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.upkeep.SpoolMaintenance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spool on one machine's disk.
 *
 * <p><b>Guarantee.</b> After {@link #accept} returns, the instance, byte for byte, and its planned deliveries survive
 * any crash of the process or the machine, until each delivery is settled as delivered. After {@link #accept} throws,
 * nothing of the instance remains. Each delivery is made at least once: a crash repeats deliveries whose settlement the
 * ledger did not have yet, or, at a power failure, had not synced yet. A checksum detects what the disk damages;
 * damaged bytes are never sent.
 *
 * <p><b>Requirements for the file system.</b> POSIX, with atomic rename. fdatasync and fsync, of files and of
 * directories, return only when the bytes survive a power failure, the drive's cache included. A write that a power
 * failure cuts off damages no block but those it writes. ext4 and XFS meet this on drives that honour flushes. One
 * machine at a time: on a network file system the lock file may not keep a second one out.
 *
 * <p>The class is long because it has one short method for each method of the spool's roles. What they do is in
 * {@link SpoolParts}.
 */
public final class Spool implements Intake, Outbox, SpoolView, Whereabouts, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final SpoolParts parts;
    private final Replica replica;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean unreadable = new AtomicBoolean();

    private Spool(SpoolParts parts, Replica replica) {
        this.parts = parts;
        this.replica = replica;
    }

    /**
     * Opens the spool in its directory and makes ledger and log agree. Creates a missing directory.
     *
     * @param planner called for each instance, and for instances in files when the ledger is rebuilt
     * @param chooser called for each delivery with several candidates, also while this method opens the spool. It may
     *     answer that no candidate is usable; after {@link #reconsider} it is called again
     * @param replica keeps every instance, too, before {@link #accept} returns
     * @throws IOException when another process uses the spool, or the spool cannot be read or written; the message says
     *     what is wrong
     */
    public static Spool open(
            SpoolSettings settings,
            Planner planner,
            Chooser chooser,
            InstantSource clock,
            Replica replica,
            ForwardLog forwardLog,
            StageTimes times)
            throws IOException {
        LedgerSource ledgers = new SqliteLedgerSource(new Folders(settings.directory()).ledger());
        Spool spool = open(
                settings,
                planner,
                chooser,
                clock,
                System::nanoTime,
                new LocalDisk(),
                ledgers,
                replica,
                forwardLog,
                times);
        spool.spoolMaintenance().start();
        return spool;
    }

    /**
     * For tests: with a given monotonic clock, disk and ledger. The {@link #spoolMaintenance} runs only on request.
     */
    public static Spool open(
            SpoolSettings settings,
            Planner planner,
            Chooser chooser,
            InstantSource clock,
            LongSupplier nanos,
            Disk disk,
            LedgerSource ledgers,
            ForwardLog forwardLog,
            StageTimes times)
            throws IOException {
        return open(settings, planner, chooser, clock, nanos, disk, ledgers, Replica.NONE, forwardLog, times);
    }

    private static Spool open(
            SpoolSettings settings,
            Planner planner,
            Chooser chooser,
            InstantSource clock,
            LongSupplier nanos,
            Disk disk,
            LedgerSource ledgers,
            Replica replica,
            ForwardLog forwardLog,
            StageTimes times)
            throws IOException {
        Catalogue catalogue = new Catalogue(new LedgerFile(new Folders(settings.directory()).ledger()));
        SpoolParts parts = SpoolParts.open(
                settings, planner, chooser, clock, nanos, disk, ledgers, catalogue, replica, forwardLog, times);
        return new Spool(parts, replica);
    }

    public SpoolMaintenance spoolMaintenance() {
        return parts.spoolMaintenance();
    }

    @Override
    public Optional<String> closedBecause() {
        return parts.gate().closedBecause();
    }

    @Override
    public Accepted accept(Arrival arrival, InputStream dataset) throws RefusedException, IOException {
        parts.gate().pass();
        return parts.reception().receive(arrival, dataset);
    }

    @Override
    public List<Claim> claim(String destination, int max) {
        if (closed.get()
                || !replica.maySend()
                || parts.ledgerQueue().failingBecause().isPresent()) {
            // The outcome of a delivery could not be noted now: a crash would repeat it.
            return List.of();
        }
        try {
            List<Claim> claims =
                    parts.handingOut().claim(destination, parts.clock().instant(), max);
            if (unreadable.compareAndSet(true, false)) {
                LOG.warn("the ledger can be read again; deliveries continue");
            }
            return claims;
        } catch (LedgerException e) {
            if (unreadable.compareAndSet(false, true)) {
                LOG.error("the ledger cannot be read; nothing is delivered until it can", e);
            }
            return List.of();
        }
    }

    @Override
    public InputStream open(Claim claim) throws IOException {
        if (!replica.maySend()) {
            throw new Outbox.NotNowException("another gateway of the cluster may have taken over what this one has");
        }
        StoredInstance stored = parts.claims()
                .stored(claim)
                .orElseThrow(() -> new IllegalArgumentException(
                        "delivery " + claim.deliveryId() + " is no longer claimed: it was settled"));
        return parts.reader().dataset(stored);
    }

    /** {@inheritDoc} If the spool is closed, the ledger never gets the settlement, and the delivery is repeated. */
    @Override
    public void settle(Claim claim, Settlement settlement) {
        if (!parts.claims().settle(claim)) {
            LOG.warn("delivery {} was settled twice; the second settlement is ignored", claim.deliveryId());
            return;
        }
        parts.ledgerQueue().submit(List.of(parts.copies().settled(claim, settlement)));
    }

    @Override
    public boolean passesOn(Claim claim) {
        try {
            return parts.ledger().passesOn(claim.deliveryId());
        } catch (LedgerException e) {
            LOG.debug("it is unknown whether delivery {} goes to another destination", claim.deliveryId(), e);
            return false;
        }
    }

    @Override
    public boolean explainsDuplicate(Claim claim) {
        try {
            return parts.ledger().explainsDuplicate(claim.instance().id(), claim.destination());
        } catch (LedgerException e) {
            LOG.debug("it is unknown which versions destination {} was sent", claim.destination(), e);
            return false;
        }
    }

    @Override
    public Optional<SentAs> sentAs(Claim claim) throws NotNowException {
        try {
            return parts.ledger().sentAs(claim.deliveryId(), claim.destination());
        } catch (LedgerException e) {
            throw new NotNowException("the ledger does not say what was sent before: " + e.getMessage());
        }
    }

    /** The sync makes the note outlive a power cut, too, after which the rules may be others. */
    @Override
    public Note noteSentAs(Map<Claim, SentAs> sentAs) throws NotNowException {
        List<Replica.Note> notes = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (Map.Entry<Claim, SentAs> each : sentAs.entrySet()) {
            Claim claim = each.getKey();
            noteVersion(claim.destination(), each.getValue().version());
            notes.add(new Replica.Note(claim.instance().id(), claim.destination(), each.getValue()));
            changes.add(new Change.SentAsNoted(claim.deliveryId(), claim.destination(), each.getValue()));
        }
        // The replica first: what is noted here is not noted there again.
        return noted(replica.sending(notes)
                .thenCompose(there -> parts.ledgerQueue().applyDurably(changes.toArray(Change[]::new))));
    }

    /** A replica keeps its note: whoever takes over sends the same, or nothing. */
    @Override
    public Note withdrawSentAs(Claim claim) {
        return noted(
                parts.ledgerQueue().applyDurably(new Change.SentAsWithdrawn(claim.deliveryId(), claim.destination())));
    }

    private static Note noted(CompletableFuture<Ledger.Applied> answer) {
        return () -> {
            try {
                answer.join();
            } catch (CompletionException e) {
                throw new NotNowException("what is sent cannot be noted: " + e.getCause());
            }
        };
    }

    @Override
    public void noteSentUnchanged(Claim claim) throws NotNowException {
        noteVersion(claim.destination(), "");
    }

    private void noteVersion(String destination, String version) throws NotNowException {
        if (parts.journal().isSentBy(destination, version)) {
            return;
        }
        try {
            parts.journal().sentBy(destination, version, parts.ledger().lastInstanceId());
        } catch (IOException | LedgerException e) {
            throw new NotNowException("the journal cannot note by which transforms " + destination + " is sent: " + e);
        }
    }

    @Override
    public void reconsider(String destination) {
        parts.reassignment().reconsider(destination);
    }

    @Override
    public void hoursChanged(Map<String, Instant> openings) {
        parts.ledgerQueue()
                .submit(List.of(new Change.HoursChanged(openings, parts.clock().instant())));
    }

    @Override
    public void onWork(String destination, Runnable wakeUp) {
        parts.wakeUps().add(destination, wakeUp);
    }

    @Override
    public void onComing(String destination, Coming coming) {
        parts.wakeUps().add(destination, coming);
    }

    /**
     * Sets the existing destinations. Pending deliveries of other destinations become held. They become pending again
     * when their destination comes back. In force on return.
     */
    public void destinationsChanged(Set<String> present) {
        command(new Change.DestinationsChanged(Set.copyOf(present)));
    }

    @Override
    public Map<String, Books> books() {
        return ask(parts.ledger()::books);
    }

    @Override
    public long unrouted() {
        return ask(parts.ledger()::unrouted);
    }

    @Override
    public long unassigned() {
        return ask(parts.ledger()::unassigned);
    }

    @Override
    public long reroute(String from, String to) {
        return ask(() -> parts.reassignment().reroute(from, to));
    }

    @Override
    public long retry(Selection selection) {
        return command(new Change.Retried(selection, parts.clock().instant()));
    }

    @Override
    public long hasten(String destination) {
        return command(new Change.Hastened(destination, parts.clock().instant()));
    }

    @Override
    public long discard(Selection selection, String reason) {
        if (selection.equals(Selection.ALL)) {
            throw new IllegalArgumentException("not everything can be discarded at once: select deliveries");
        }
        return parts.discarding().discard(selection, reason);
    }

    @Override
    public Page<FoundInstance> instances(Search search, Optional<String> after, int limit) {
        return parts.catalogue().instances(search, after, limit);
    }

    @Override
    public Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit) {
        return parts.catalogue().deliveries(search, after, limit);
    }

    @Override
    public Page<FoundStudy> studies(Search search, Optional<String> after, int limit) {
        return parts.catalogue().studies(search, after, limit);
    }

    @Override
    public Optional<Story> story(long instanceId) {
        return parts.catalogue().story(instanceId);
    }

    @Override
    public Page<Story> stories(Search search, Optional<String> after, int limit) {
        return parts.catalogue().stories(search, after, limit);
    }

    @Override
    public Map<String, Instant> oldestWaiting() {
        return parts.catalogue().oldestWaiting();
    }

    @Override
    public Map<String, Map<CopyState, Long>> copyCounts() {
        return parts.catalogue().copyCounts();
    }

    @Override
    public long lastReceived() {
        return ask(parts.ledger()::lastInstanceId);
    }

    @Override
    public List<Receipt> receivedAfter(long instanceId, int max) {
        return ask(() -> parts.ledger().receivedAfter(instanceId, max));
    }

    @Override
    public StudyPart part(String study, long afterId) {
        return parts.catalogue().part(study, afterId);
    }

    @Override
    public Optional<Instant> lastReceived(String study) throws NotNowException {
        try {
            return parts.ledger().lastReceived(study);
        } catch (LedgerException e) {
            throw new NotNowException("the ledger does not say what has arrived: " + e.getMessage());
        }
    }

    /** The spool as verification sees it. */
    public Copies copies() {
        return parts.copies();
    }

    /** The spool as its replica sees it. */
    public Handover handover() {
        return parts.handover();
    }

    /** The spool as the gateway sees it that asks destinations for storage commitment. */
    public CopyCommitments commitments() {
        return parts.copies().commitments();
    }

    @Override
    public Vitals vitals() {
        SpaceWatch space = parts.space();
        return new Vitals(
                space.free(),
                space.total(),
                space.minFree(),
                parts.ledgerQueue().waiting(),
                parts.aside().count(),
                parts.unreadSegments(),
                parts.trust().lostBecause());
    }

    @Override
    public List<SetAsideFile> setAside() {
        try {
            return parts.aside().list();
        } catch (IOException e) {
            throw new IllegalStateException("the files that were set aside cannot be listed: " + e, e);
        }
    }

    @Override
    public Instance takeIn(long number) {
        try {
            return parts.aside().takeIn(number, this::checkNotKnown, this);
        } catch (NoSuchFileException e) {
            throw noSuchFile(number, e);
        } catch (RefusedException | IOException e) {
            throw new IllegalStateException("file " + number + " is not taken in, and stays: " + e.getMessage(), e);
        }
    }

    /** What is taken in counts as received now. It must not follow a version that was received after it. */
    private void checkNotKnown(Uid sopInstance) {
        try {
            // What was received just now may still be on its way into the ledger.
            parts.ledgerQueue().sync().join();
            if (parts.ledger().knows(sopInstance.value())) {
                throw new IllegalStateException("an instance " + sopInstance
                        + " is known: this file would be delivered as its newest version. Discard the file if the known"
                        + " one is right; send the file to the gateway again (with the command send) if the file is");
            }
        } catch (LedgerException | CompletionException e) {
            throw new IllegalStateException("the ledger cannot be asked: " + e.getMessage(), e);
        }
    }

    @Override
    public void discardSetAside(long number) {
        try {
            parts.aside().remove(number);
        } catch (NoSuchFileException e) {
            throw noSuchFile(number, e);
        } catch (IOException e) {
            throw new IllegalStateException("file " + number + " cannot be deleted: " + e, e);
        }
    }

    private static NoSuchElementException noSuchFile(long number, NoSuchFileException e) {
        return new NoSuchElementException("no file " + number + " is set aside", e);
    }

    @Override
    public long replan(Planner planner) {
        return ask(() -> parts.replanning().replan(planner));
    }

    @Override
    public void catchUp() {
        try {
            parts.ledgerQueue().sync().join();
        } catch (CompletionException e) {
            throw new SearchException("the ledger failed: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Version> newest(Uid sopInstance) {
        Search search = Search.ALL.ofInstance(sopInstance.value());
        Page<FoundInstance> page = parts.catalogue().instances(search, Optional.empty(), 1);
        while (page.items().isEmpty() && page.next().isPresent()) {
            page = parts.catalogue().instances(search, page.next(), 1);
        }
        return page.items().stream().findFirst().map(Version::of);
    }

    /** The threads that must run until the spool is closed. */
    public List<LongLived> threads() {
        return parts.threads();
    }

    private long command(Change change) {
        return ask(() -> parts.ledgerQueue().apply(change).join().rows());
    }

    /** A question to the ledger, or a command. */
    private interface Question<T> {
        T ask() throws LedgerException;
    }

    private static <T> T ask(Question<T> question) {
        try {
            return question.ask();
        } catch (LedgerException | CompletionException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            throw new IllegalStateException("the ledger failed: " + cause.getMessage(), cause);
        }
    }

    /** Accepts nothing more, makes accepted instances durable, and ends. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            parts.close();
        }
    }
}
