package org.dicomgateway.spool.intake;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.RecordHeader;
import org.jspecify.annotations.Nullable;

/** A complete, checked and planned instance that is about to enter the log. */
final class Draft {

    private final Instance unnumbered;
    private final Plan plan;
    private final DatasetDigest digest;
    private final RecordHeader header;
    private final List<ByteBuffer> buffers;
    private final InstanceFiles.@Nullable Part part;
    private final CompletableFuture<Instance> durable = new CompletableFuture<>();

    /**
     * Creates a draft.
     *
     * @param unnumbered the instance without its key
     * @param digest the digest of the dataset
     * @param header all fields except epoch, id and place, which the committer sets
     * @param buffers the whole record, with room for its header at the beginning of the first buffer
     * @param part the completed file with the body, if the body is not in the record
     */
    Draft(
            Instance unnumbered,
            Plan plan,
            DatasetDigest digest,
            RecordHeader header,
            List<ByteBuffer> buffers,
            InstanceFiles.@Nullable Part part) {
        this.unnumbered = unnumbered;
        this.plan = plan;
        this.digest = digest;
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

    /** The instance is durable: the caller may continue. */
    void succeeded(Instance instance) {
        durable.complete(instance);
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
