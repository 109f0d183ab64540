package org.dicomgateway.spool.intake;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Handover.Left;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.disk.DiskInputStream;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.DeliveryId;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.RecordHeader;
import org.jspecify.annotations.Nullable;

/** A complete, checked and planned instance that is about to enter the log. */
final class Draft {

    private static final int WINDOW = 64 * ByteSize.KIB;

    private final Instance unnumbered;
    private final Plan plan;
    private final DatasetDigest digest;
    private final byte[] metadata;
    private final Optional<Left> takenOver;
    private final RecordHeader header;
    private final List<ByteBuffer> buffers;
    private final InstanceFiles.@Nullable Part part;
    private final CompletableFuture<Instance> durable = new CompletableFuture<>();

    /**
     * Creates a draft.
     *
     * @param unnumbered the instance without its key
     * @param digest the digest of the dataset
     * @param metadata the metadata of the record
     * @param takenOver what the replica knows of it, if the instance comes from there
     * @param header all fields except epoch, id and place, which the committer sets
     * @param buffers the whole record, with room for its header at the beginning of the first buffer
     * @param part the completed file with the body, if the body is not in the record
     */
    Draft(
            Instance unnumbered,
            Plan plan,
            DatasetDigest digest,
            byte[] metadata,
            Optional<Left> takenOver,
            RecordHeader header,
            List<ByteBuffer> buffers,
            InstanceFiles.@Nullable Part part) {
        this.unnumbered = unnumbered;
        this.plan = plan;
        this.digest = digest;
        this.metadata = metadata;
        this.takenOver = takenOver;
        this.header = header;
        this.buffers = buffers;
        this.part = part;
    }

    long recordLength() {
        return header.recordLength();
    }

    InstanceFiles.@Nullable Part part() {
        return part;
    }

    /** The instance as the replica gets it. */
    Replica.Entry entry(long instanceId) {
        return new Replica.Entry(
                unnumbered.numbered(instanceId),
                plan,
                new String(metadata, StandardCharsets.UTF_8),
                header.bodyLength(),
                header.datasetOffset(),
                header.bodyCrc(),
                this::writeBody,
                takenOver.map(left -> OptionalLong.of(left.key())).orElse(OptionalLong.empty()));
    }

    private void writeBody(OutputStream to) throws IOException {
        InstanceFiles.Part file = part;
        try (InputStream body = file == null
                ? new BuffersInputStream(
                        buffers.stream().map(ByteBuffer::duplicate).toList(), RecordHeader.LENGTH)
                : new DiskInputStream(file.file(), 0, header.bodyLength())) {
            byte[] window = new byte[WINDOW];
            for (long left = header.bodyLength(); left > 0; ) {
                int n = body.read(window, 0, (int) Math.min(window.length, left));
                if (n < 0) {
                    throw new EOFException("the body of an instance is shorter than it was");
                }
                to.write(window, 0, n);
                left -= n;
            }
        }
    }

    /** Fills in the header, as it will be in the log. */
    List<ByteBuffer> record(long epoch, long instanceId, long syncedTo) {
        new RecordHeader(
                        header.inFile(),
                        epoch,
                        instanceId,
                        syncedTo,
                        header.bodyLength(),
                        header.metadataLength(),
                        header.datasetOffset(),
                        header.metadataCrc(),
                        header.bodyCrc())
                .encode(buffers.get(0), 0);
        return buffers;
    }

    /** The ledger change for this instance. */
    Change.Received received(long instanceId, LogPosition start, LogPosition end) {
        return new Change.Received(
                header.stored(unnumbered.numbered(instanceId), start, Optional.of(digest)), plan, end);
    }

    /** What destinations may have been sent instead of this instance by the gateway that left it. */
    List<Change> notes(long instanceId) {
        List<Change> notes = new ArrayList<>();
        takenOver.ifPresent(left -> left.sentAs().forEach((destination, sentAs) -> {
            for (int place = 0; place < plan.deliveries().size(); place++) {
                notes.add(new Change.SentAsNoted(DeliveryId.of(instanceId, place), destination, sentAs));
            }
        }));
        return notes;
    }

    /** The instance is durable: the caller may continue. */
    void succeeded(Instance instance) {
        durable.complete(instance);
    }

    /** The instance is durable elsewhere, and does not enter the spool. */
    void passedOn(long instanceId) {
        succeeded(unnumbered.numbered(instanceId));
    }

    /** The instance is not durable, and nothing of it remains. */
    void failed(RefusedException why) {
        durable.completeExceptionally(why);
    }

    /**
     * Waits until the instance is durable. An interrupt does not end the wait, because the outcome must be known. The
     * wait lasts as long as the disk takes. The thread's interrupt flag is kept.
     */
    Instance await() throws RefusedException {
        try {
            return durable.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            throw e;
        }
    }
}
