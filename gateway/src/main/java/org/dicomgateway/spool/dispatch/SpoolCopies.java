package org.dicomgateway.spool.dispatch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyCommitments;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerQueue;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.InstanceReader;
import org.dicomgateway.spool.log.Location;
import org.dicomgateway.spool.log.StoredInstance;
import org.dicomgateway.spool.search.Catalogue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What verification asks and changes. An instance is sent again only while nobody can give up its bytes: both happen
 * within a look of {@link SegmentPins}.
 */
public final class SpoolCopies implements Copies {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolCopies.class);

    /** Lets an instance pass, if the spool is open. */
    @FunctionalInterface
    public interface Admission {
        void pass() throws RefusedException;
    }

    private final Ledger ledger;
    private final LedgerQueue ledgerQueue;
    private final SegmentPins pins;
    private final InstanceReader reader;
    private final InstanceFiles files;
    private final Catalogue catalogue;
    private final Admission admission;
    private final InstantSource clock;
    private final SpoolCommitments commitments;
    /** Two restorations of one instance would write the same file. */
    private final ReentrantLock restoring = new ReentrantLock();

    private volatile Function<String, Optional<Duration>> checkAfter = any -> Optional.empty();

    public SpoolCopies(
            Ledger ledger,
            LedgerQueue ledgerQueue,
            SegmentPins pins,
            InstanceReader reader,
            InstanceFiles files,
            Catalogue catalogue,
            Admission admission,
            InstantSource clock) {
        this.ledger = ledger;
        this.ledgerQueue = ledgerQueue;
        this.pins = pins;
        this.reader = reader;
        this.files = files;
        this.catalogue = catalogue;
        this.admission = admission;
        this.clock = clock;
        this.commitments = new SpoolCommitments(ledgerQueue, catalogue);
    }

    /** What storage commitment asks and changes. */
    public CopyCommitments commitments() {
        return commitments;
    }

    @Override
    public void checkAfter(Function<String, Optional<Duration>> after) {
        checkAfter = after;
    }

    /** The change for the end of a claim. */
    public Change.Settled settled(Claim claim, Settlement settlement) {
        Instant now = clock.instant();
        if (!(settlement instanceof Settlement.Delivered)) {
            return new Change.Settled(claim.deliveryId(), settlement, now);
        }
        Optional<Instant> check = checkAfter.apply(claim.destination()).map(now::plus);
        Optional<Instant> commitment = commitments.due(claim.destination(), now);
        return new Change.Settled(claim.deliveryId(), settlement, now, check, commitment);
    }

    @Override
    public List<Copy> due(String destination, Instant now, int max) {
        return catalogue.dueCopies(destination, now, max);
    }

    @Override
    public List<Copy> copies(List<Long> deliveryIds) {
        return catalogue.copies(deliveryIds);
    }

    @Override
    public List<Copy> ofInstance(long instanceId) {
        return catalogue.copiesOfInstance(instanceId);
    }

    @Override
    public void checked(List<Checked> results) {
        ledgerQueue.submit(results.stream().map(Change.Checked::new).toList());
    }

    @Override
    public void postpone(List<Long> deliveryIds, Instant until) {
        ledgerQueue.submit(deliveryIds.stream()
                .map(each -> new Change.CheckPostponed(each, until))
                .toList());
    }

    @Override
    public <T> Optional<T> read(long instanceId, Reading<T> reading) throws IOException {
        Optional<StoredInstance> stored = pinned(instanceId);
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream dataset = reader.dataset(stored.get())) {
            return Optional.of(reading.read(dataset));
        } catch (DamagedInstanceException e) {
            LOG.debug("the bytes of instance {} are not there any more", instanceId, e);
            return Optional.empty();
        } finally {
            pins.unpin(stored.get());
        }
    }

    @Override
    public boolean sendAgain(long deliveryId, String reason) {
        if (ledgerQueue.failingBecause().isPresent() || isReplaced(deliveryId)) {
            // The look would last until the ledger works again, and keep maintenance from making room for it.
            return false;
        }
        Optional<StoredInstance> stored = pinned(DeliveryId.instance(deliveryId));
        if (stored.isEmpty()) {
            return false;
        }
        try {
            // All of it, which takes its time, before the look that lets nobody give it up.
            return isWhole(stored.get())
                    && look(() -> isThere(stored.get())
                            && apply(new Change.SentAgain(deliveryId, Optional.empty(), reason, clock.instant())));
        } finally {
            pins.unpin(stored.get());
        }
    }

    private boolean isReplaced(long deliveryId) {
        return copies(List.of(deliveryId)).stream().anyMatch(Copy::replaced);
    }

    private Optional<StoredInstance> pinned(long instanceId) {
        return look(() -> {
            Optional<StoredInstance> known = ledger.known(instanceId);
            known.ifPresent(pins::pin);
            return known;
        });
    }

    /** Reads all of it; at the end the bytes are compared with their checksum. */
    private boolean isWhole(StoredInstance stored) {
        return isReadable(stored, part10 -> part10.transferTo(OutputStream.nullOutputStream()));
    }

    private boolean isThere(StoredInstance stored) {
        return isReadable(stored, InputStream::read);
    }

    /** Reads some of it. */
    private interface Sample {
        void read(InputStream part10) throws IOException;
    }

    private boolean isReadable(StoredInstance stored, Sample sample) {
        try (InputStream part10 = reader.part10(stored)) {
            sample.read(part10);
            return true;
        } catch (IOException e) {
            LOG.debug(
                    "the bytes of instance {} cannot be sent again",
                    stored.instance().id(),
                    e);
            return false;
        }
    }

    @Override
    public boolean restore(long deliveryId, DatasetSource dataset, String reason) throws RefusedException, IOException {
        restoring.lock();
        try {
            // Another delivery may have brought the bytes back.
            if (sendAgain(deliveryId, reason)) {
                return true;
            }
            if (isReplaced(deliveryId)) {
                return false;
            }
            long id = DeliveryId.instance(deliveryId);
            Optional<StoredInstance> known = look(() -> ledger.known(id));
            if (known.isEmpty()) {
                return false;
            }
            admission.pass();
            boolean pending = false;
            try {
                StoredInstance restored = write(known.get().instance(), dataset);
                boolean otherwise = known.get().digest().isPresent()
                        && !known.get().digest().equals(restored.digest());
                String told = otherwise ? reason + ", encoded as that server does" : reason;
                pending = apply(new Change.SentAgain(deliveryId, Optional.of(restored), told, clock.instant()));
                return pending;
            } finally {
                if (!pending) {
                    deleteIfFinished(id);
                }
            }
        } finally {
            restoring.unlock();
        }
    }

    /** Another delivery of the instance may wait for the same file, or ask for it just now. */
    private void deleteIfFinished(long id) {
        try {
            pins.alone(() -> {
                if (ledger.finished(List.of(id)).contains(id)) {
                    files.deleteQuietly(List.of(id));
                }
                return id;
            });
        } catch (LedgerException e) {
            LOG.debug("the file of instance {} stays until the next start", id, e);
        }
    }

    /** Writes the instance to a file of its own, durably. */
    private StoredInstance write(Instance instance, DatasetSource dataset) throws IOException {
        byte[] prefix = Part10.prefix(
                instance.sopClass(), instance.sopInstance(), instance.transferSyntax(), instance.origin());
        CRC32C crc = new CRC32C();
        crc.update(prefix, 0, prefix.length);
        DatasetDigest.Calculation digest = new DatasetDigest.Calculation();
        InstanceFiles.Part part = files.moveOut(instance.id());
        try {
            part.write(ByteBuffer.wrap(prefix));
            dataset.writeTo((bytes, offset, count) -> {
                crc.update(bytes, offset, count);
                digest.add(bytes, offset, count);
                part.write(ByteBuffer.wrap(bytes, offset, count));
            });
            part.complete();
            files.name(part, instance.id());
            files.syncMoved();
        } finally {
            part.discard();
        }
        return new StoredInstance(
                instance,
                new Location.InFile(),
                prefix.length + digest.length(),
                prefix.length,
                (int) crc.getValue(),
                Optional.of(digest.digest()));
    }

    private boolean apply(Change change) {
        try {
            return ledgerQueue.apply(change).join().rows() > 0;
        } catch (CompletionException e) {
            throw new IllegalStateException("the ledger refused to send an instance again", e.getCause());
        }
    }

    private <T> T look(SegmentPins.Look<T> look) {
        try {
            return pins.look(look);
        } catch (LedgerException e) {
            throw new SearchException(String.valueOf(e.getMessage()), e);
        }
    }
}
