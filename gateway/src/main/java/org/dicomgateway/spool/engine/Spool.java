package org.dicomgateway.spool.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.DatasetStream;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.LocalDisk;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.ledger.Change;
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
 * <p><b>Guarantee.</b> When {@link #accept} has returned, the instance, byte for byte, and its planned deliveries are
 * found again after any crash of the process or the machine, until each delivery is settled as delivered; when it has
 * thrown, nothing of the instance is. Each delivery is made at least once: a crash repeats those whose settlement the
 * ledger had not taken in or, when the power fails, not synced. What the disk damages is noticed by its checksum, and
 * never sent.
 *
 * <p><b>What this takes of the file system.</b> POSIX, with atomic rename; fdatasync and fsync, of files and of
 * directories, that return only when the bytes are where a power failure does not reach them, the drive's cache
 * included; a write that a power failure cuts off harms no block but those it writes. ext4 and XFS on drives that
 * honour flushes are so. One machine at a time: on a network file system the lock file may not keep a second one out.
 */
public final class Spool implements Intake, Outbox, SpoolView, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final SpoolParts parts;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean unreadable = new AtomicBoolean();

    private Spool(SpoolParts parts) {
        this.parts = parts;
    }

    /**
     * Opens the spool in its directory, which is made when missing, and brings ledger and log together.
     *
     * @param planner asked for each instance; when the ledger has to be rebuilt, also for those in files
     * @param chooser asked for each delivery with several candidates, also while this opens the spool. It may answer that
     *     none can be used: {@link #reconsider} has it asked again
     * @throws IOException when it is in use by another process, or cannot be read or written; the message says what
     */
    public static Spool open(SpoolSettings settings, Planner planner, Chooser chooser, InstantSource clock)
            throws IOException {
        Path ledger = new Folders(settings.directory()).ledger();
        Spool spool = open(settings, planner, chooser, clock, new LocalDisk(), new SqliteLedgerSource(ledger));
        spool.spoolMaintenance().start();
        return spool;
    }

    /** With a disk and a ledger of the caller's choice, and a {@link #spoolMaintenance} that works when it is told to. */
    public static Spool open(
            SpoolSettings settings,
            Planner planner,
            Chooser chooser,
            InstantSource clock,
            Disk disk,
            LedgerSource ledgers)
            throws IOException {
        return open(settings, planner, chooser, clock, System::nanoTime, disk, ledgers);
    }

    /** The same, with the clock that nobody sets of the caller's choice too. */
    public static Spool open(
            SpoolSettings settings,
            Planner planner,
            Chooser chooser,
            InstantSource clock,
            LongSupplier nanos,
            Disk disk,
            LedgerSource ledgers)
            throws IOException {
        Catalogue catalogue = new Catalogue(new LedgerFile(new Folders(settings.directory()).ledger()));
        return new Spool(SpoolParts.open(settings, planner, chooser, clock, nanos, disk, ledgers, catalogue));
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
        return parts.reception().accept(arrival, dataset);
    }

    @Override
    public List<Claim> claim(String destination, int max) {
        if (closed.get() || parts.ledgerQueue().failingBecause().isPresent()) {
            // What would be delivered now could not be noted: a crash would repeat it all.
            return List.of();
        }
        try {
            List<Claim> claims =
                    parts.handingOut().claim(destination, parts.clock().instant(), max);
            if (unreadable.compareAndSet(true, false)) {
                LOG.warn("the ledger can be read again; deliveries go on");
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
    public DatasetStream open(Claim claim) throws IOException {
        StoredInstance stored = parts.claims()
                .stored(claim)
                .orElseThrow(() -> new IllegalArgumentException(
                        "delivery " + claim.deliveryId() + " is claimed by nobody: it was settled"));
        return parts.reader().dataset(stored);
    }

    /** {@inheritDoc} When the spool is closed, the ledger never has it, and the delivery is repeated. */
    @Override
    public void settle(Claim claim, Settlement settlement) {
        if (!parts.claims().settle(claim)) {
            LOG.warn("delivery {} was settled twice; the second time is ignored", claim.deliveryId());
            return;
        }
        parts.ledgerQueue()
                .submit(List.of(new Change.Settled(
                        claim.deliveryId(), settlement, parts.clock().instant())));
    }

    @Override
    public boolean passesOn(Claim claim) {
        try {
            return parts.ledger().passesOn(claim.deliveryId());
        } catch (LedgerException e) {
            LOG.debug("whether delivery {} goes to another destination is not known", claim.deliveryId(), e);
            return false;
        }
    }

    @Override
    public boolean explainsDuplicate(Claim claim) {
        try {
            return parts.ledger().explainsDuplicate(claim.instance().id(), claim.destination());
        } catch (LedgerException e) {
            LOG.debug("which versions destination {} was sent is not known", claim.destination(), e);
            return false;
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

    /**
     * Says which destinations there are. What is pending for any other is held, and pending again when it comes back.
     * In force when this returns.
     */
    public void destinationsChanged(Set<String> present) {
        command(new Change.DestinationsChanged(Set.copyOf(present)));
    }

    @Override
    public Map<String, Books> books() {
        try {
            return parts.ledger().books();
        } catch (LedgerException e) {
            throw unreadable(e);
        }
    }

    @Override
    public long unrouted() {
        try {
            return parts.ledger().unrouted();
        } catch (LedgerException e) {
            throw unreadable(e);
        }
    }

    @Override
    public long unassigned() {
        try {
            return parts.ledger().unassigned();
        } catch (LedgerException e) {
            throw unreadable(e);
        }
    }

    @Override
    public long reroute(String from, String to) {
        try {
            return parts.reassignment().reroute(from, to);
        } catch (LedgerException e) {
            throw unreadable(e);
        }
    }

    @Override
    public long retry(Selection selection) {
        return command(new Change.Retried(selection, parts.clock().instant()));
    }

    @Override
    public long discard(Selection selection, String reason) {
        if (selection.equals(Selection.ALL)) {
            throw new IllegalArgumentException("everything is not discarded at once");
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
    public Map<String, Instant> oldestWaiting() {
        return parts.catalogue().oldestWaiting();
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
            return parts.aside().takeIn(number, this);
        } catch (NoSuchFileException e) {
            throw noSuchFile(number, e);
        } catch (RefusedException | IOException e) {
            throw new IllegalStateException("file " + number + " is not taken in, and stays: " + e.getMessage(), e);
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
        try {
            return parts.replanning().replan(planner);
        } catch (LedgerException | CompletionException e) {
            throw unreadable(e);
        }
    }

    /** The threads it cannot do without until it is closed. */
    public List<LongLived> threads() {
        return parts.threads();
    }

    private long command(Change change) {
        try {
            return parts.ledgerQueue().apply(change).join().rows();
        } catch (CompletionException e) {
            throw unreadable(e);
        }
    }

    private static IllegalStateException unreadable(Exception e) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        return new IllegalStateException("the ledger failed: " + cause.getMessage(), cause);
    }

    /** Takes nothing more in, makes durable what was handed over, and ends. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            parts.close();
        }
    }
}
