package org.dicomgateway.spool.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.disk.ClockWatch;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.Folders;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.disk.SpoolLock;
import org.dicomgateway.spool.dispatch.Claims;
import org.dicomgateway.spool.dispatch.DecisionLog;
import org.dicomgateway.spool.dispatch.Discarding;
import org.dicomgateway.spool.dispatch.HandingOut;
import org.dicomgateway.spool.dispatch.Reassignment;
import org.dicomgateway.spool.dispatch.Replanning;
import org.dicomgateway.spool.dispatch.SegmentPins;
import org.dicomgateway.spool.dispatch.SpoolCopies;
import org.dicomgateway.spool.dispatch.VersionLog;
import org.dicomgateway.spool.dispatch.WakeUps;
import org.dicomgateway.spool.intake.Committer;
import org.dicomgateway.spool.intake.GatherBuffers;
import org.dicomgateway.spool.intake.Reception;
import org.dicomgateway.spool.journal.FactJournal;
import org.dicomgateway.spool.journal.JournalUpkeep;
import org.dicomgateway.spool.journal.LedgerTrust;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.ledger.LedgerSource;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.KeptBytes;
import org.dicomgateway.spool.log.SegmentLog;
import org.dicomgateway.spool.log.SetAside;
import org.dicomgateway.spool.recovery.Recovery;
import org.dicomgateway.spool.search.Catalogue;
import org.dicomgateway.spool.upkeep.Keeping;
import org.dicomgateway.spool.upkeep.SpoolMaintenance;
import org.dicomgateway.spool.upkeep.Stragglers;
import org.dicomgateway.spool.upkeep.Sweeper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a spool. Opens them in order, and closes them in order. */
record SpoolParts(
        InstantSource clock,
        SpoolLock lock,
        Ledger ledger,
        LedgerTrust trust,
        FactJournal journal,
        SetAside aside,
        int unreadSegments,
        Claims claims,
        HandingOut handingOut,
        WakeUps wakeUps,
        Catalogue catalogue,
        LedgerQueue ledgerQueue,
        Committer committer,
        SpaceWatch space,
        Gate gate,
        Reception reception,
        InstanceReader reader,
        Replanning replanning,
        Reassignment reassignment,
        Discarding discarding,
        SpoolCopies copies,
        SpoolHandover handover,
        SpoolMaintenance spoolMaintenance)
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolParts.class);

    static SpoolParts open(
            SpoolSettings settings,
            Planner planner,
            Chooser chooser,
            InstantSource clock,
            LongSupplier nanos,
            Disk disk,
            LedgerSource ledgers,
            Catalogue catalogue,
            Replica replica,
            ForwardLog forwardLog,
            StageTimes times)
            throws IOException {
        checkSizes(settings);
        Folders folders = new Folders(settings.directory());
        for (Path folder : List.of(
                folders.root(), folders.log(), folders.large(), folders.held(), folders.setAside(), folders.kept())) {
            disk.createDirectory(folder);
        }
        disk.syncDirectory(folders.root());
        SpoolLock lock = SpoolLock.take(folders.lock());
        @Nullable FactJournal journal = null;
        @Nullable Ledger ledger = null;
        @Nullable LedgerQueue ledgerQueue = null;
        boolean done = false;
        try {
            long replicated = replica == Replica.NONE ? 0 : replica.join(SpoolIdentity.of(disk, folders));
            InstanceFiles files = new InstanceFiles(disk, folders);
            SetAside aside = new SetAside(disk, folders);
            journal = FactJournal.open(disk, folders, Recovery.SUFFIX.format(clock.instant()));
            Recovery.Recovered recovered =
                    new Recovery(disk, folders, files, aside, journal, ledgers, planner, chooser, clock).run();
            ledger = recovered.ledger();
            SpaceWatch space = new SpaceWatch(disk, folders.root(), settings.minFreeSpace());
            space.look();
            SegmentPins pins = new SegmentPins();
            Claims claims = new Claims(ledger, pins);
            WakeUps wakeUps = new WakeUps();
            ledgerQueue = new LedgerQueue(
                    ledger,
                    (changes, applied) -> applied(changes, applied, claims, wakeUps, replica, forwardLog),
                    times);
            LedgerTrust trust = new LedgerTrust(ledger, journal);
            DecisionLog decisions = new DecisionLog(ledger, ledgerQueue, trust, journal);
            SegmentLog log =
                    new SegmentLog(disk, folders, settings.segmentSize().bytes(), clock, recovered.log());
            // An instance that the replica kept, and a crash kept from the log, has used up its id.
            long nextId = Math.max(recovered.nextId(), replicated + 1);
            Committer committer = new Committer(log, files, ledgerQueue, replica, nextId, times);
            KeptBytes kept = new KeptBytes(disk, folders);
            InstanceReader reader = new InstanceReader(disk, folders, files, Optional.of(kept));
            VersionLog versions = new VersionLog(ledger, ledgerQueue, trust, journal);
            Sweeper sweeper = new Sweeper(
                    ledger,
                    trust,
                    ledgerQueue,
                    log,
                    pins,
                    files,
                    space,
                    versions,
                    new Keeping(kept, settings.keep(), ledger, ledgerQueue, log, pins, space, clock),
                    settings.reserve().bytes());
            Stragglers stragglers = new Stragglers(ledger, ledgerQueue, log, files, reader, settings.stragglerAge());
            GatherBuffers buffers = new GatherBuffers(settings.receiveMemory().bytes());
            Reassignment reassignment =
                    new Reassignment(ledger, ledgerQueue, claims, wakeUps, chooser, decisions, clock);
            wakeUps.onGivenBack(reassignment::reconsider);
            Gate gate = new Gate(space, ledgerQueue, committer, replica);
            Reception reception = new Reception(
                    buffers,
                    files,
                    space,
                    committer,
                    planner,
                    wakeUps::coming,
                    clock,
                    settings.largeInstance().bytes());
            SpoolCopies copies =
                    new SpoolCopies(ledger, ledgerQueue, pins, reader, files, catalogue, gate::pass, clock);
            SpoolParts parts = new SpoolParts(
                    clock,
                    lock,
                    ledger,
                    trust,
                    journal,
                    aside,
                    recovered.unread(),
                    claims,
                    new HandingOut(claims, ledgerQueue, versions),
                    wakeUps,
                    catalogue,
                    ledgerQueue,
                    committer,
                    space,
                    gate,
                    reception,
                    reader,
                    new Replanning(ledger, ledgerQueue, pins, reader),
                    reassignment,
                    new Discarding(catalogue, ledgerQueue, claims, decisions, forwardLog, clock),
                    copies,
                    new SpoolHandover(ledger, ledgerQueue, reception, copies, pins, reader, gate, clock),
                    new SpoolMaintenance(
                            space,
                            committer,
                            ledgerQueue,
                            trust,
                            new JournalUpkeep(disk, folders, files, journal),
                            sweeper,
                            stragglers,
                            clock,
                            new ClockWatch(clock, nanos),
                            settings.history()));
            done = true;
            return parts;
        } catch (LedgerException e) {
            throw new IOException("the spool " + folders.root() + " cannot be opened: " + e.getMessage(), e);
        } finally {
            if (!done) {
                if (ledgerQueue != null) {
                    ledgerQueue.close();
                }
                if (ledger != null) {
                    ledger.close();
                }
                if (journal != null) {
                    journal.close();
                }
                lock.close();
            }
        }
    }

    private static void checkSizes(SpoolSettings settings) {
        if (settings.largeInstance().bytes() > settings.segmentSize().bytes() / 4) {
            throw new IllegalArgumentException("spool.large-instance (" + settings.largeInstance()
                    + ") must be at most a quarter of spool.segment-size (" + settings.segmentSize() + ")");
        }
    }

    /** The threads that must run until the spool is closed. */
    List<LongLived> threads() {
        return List.of(committer.thread(), ledgerQueue.thread(), spoolMaintenance.thread(), reassignment.thread());
    }

    /** Called when the ledger has applied changes: ends claims, and wakes the lanes with due deliveries. */
    private static void applied(
            List<Change> changes,
            Ledger.Applied done,
            Claims claims,
            WakeUps wakeUps,
            Replica replica,
            ForwardLog forwardLog) {
        Set<String> wake = new HashSet<>(done.due());
        Set<String> givenBack = new HashSet<>();
        for (Change change : changes) {
            if (change instanceof Change.Settled settled) {
                // An instance with the same SOP Instance UID may have waited for this one.
                claims.applied(settled.deliveryId()).ifPresent(destination -> {
                    wake.add(destination);
                    if (settled.settlement() instanceof Settlement.Retry retry && !retry.counted()) {
                        givenBack.add(destination);
                    }
                });
            }
        }
        wakeUps.wake(wake);
        if (replica != Replica.NONE) {
            replica.changed(SpoolHandover.instancesOf(changes, done));
        }
        done.superseded()
                .forEach(each -> forwardLog.superseded(
                        each.instance().subject(),
                        each.route(),
                        each.destination(),
                        each.instance().id(),
                        each.newer()));
        // A delivery in flight could not be moved when its destination failed and the others were chosen again.
        givenBack.forEach(wakeUps::givenBack);
    }

    /** Closes upstream parts first: what they have accepted passes through all the others. */
    @Override
    public void close() {
        gate.close();
        spoolMaintenance.stop();
        reassignment.stop();
        committer.close();
        ledgerQueue.close();
        spoolMaintenance.join();
        reassignment.join();
        catalogue.close();
        ledger.close();
        journal.close();
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("the spool's lock could not be released; it ends with the process", e);
        }
    }
}
