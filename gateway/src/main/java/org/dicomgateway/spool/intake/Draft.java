package org.dicomgateway.spool.intake;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.LogPosition;
import org.dicomgateway.spool.log.RecordHeader;
import org.jspecify.annotations.Nullable;

/** An instance that is complete, checked and planned, on its way into the log. */
final class Draft {

    private final Instance unnumbered;
    private final Plan plan;
    private final RecordHeader header;
    private final List<ByteBuffer> buffers;
    private final InstanceFiles.@Nullable Part part;
    private final CompletableFuture<Instance> durable = new CompletableFuture<>();

    /**
     * @param unnumbered what the ledger is told, but for its key
     * @param header all but epoch, id and place, which the committer gives
     * @param buffers the whole record, with room for its header at the beginning of the first
     * @param part the completed file with the body, when that is not in the record
     */
    Draft(
            Instance unnumbered,
            Plan plan,
            RecordHeader header,
            List<ByteBuffer> buffers,
            InstanceFiles.@Nullable Part part) {
        this.unnumbered = unnumbered;
        this.plan = plan;
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

    /** Fills the header in, as it will stand in the log. */
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

    /** The change that tells the ledger of it. */
    Change.Received received(long instanceId, LogPosition start, LogPosition end) {
        return new Change.Received(header.stored(unnumbered.numbered(instanceId), start), plan, end);
    }

    /** It is durable: the caller may go on. */
    void succeeded(Instance instance) {
        durable.complete(instance);
    }

    /** It is not, and nothing of it remains. */
    void failed(RefusedException why) {
        durable.completeExceptionally(why);
    }

    /**
     * Waits until it is durable. An interrupt does not end the wait, which is as long as the disk takes: what became of
     * the instance must be known. The thread's flag is kept.
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
