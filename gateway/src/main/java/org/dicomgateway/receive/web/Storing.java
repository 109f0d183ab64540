package org.dicomgateway.receive.web;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.CStoreScp;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.receive.SizeLimitException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes the instances of one request on, one after the other, as an association passes on its C-STORE requests. */
final class Storing {

    private static final Logger LOG = LoggerFactory.getLogger(Storing.class);

    /** What results need in memory, over all requests: some 30 MB. */
    private static final int MAX_RESULTS = 100_000;

    private static final int BUFFER = 16 * ByteSize.KIB;

    /** File meta information is read twice: for its UIDs, and over it to the dataset. */
    private static final int MAX_META = 2 * ByteSize.MIB;

    private static final Set<String> PLAIN = Set.of("", "binary", "8bit", "7bit");

    /** How a request ended before its last part. */
    enum End {
        /** Its body is no multipart message, or stopped, or came too slowly. */
        BROKEN,
        /** It has more than its sender may send. */
        TOO_LARGE,
        /** The gateway stops, has too much to remember, or fails. */
        INTERRUPTED
    }

    private final Admission admission;
    private final CStoreScp scp;
    private final Origin origin;
    private final Optional<Uid> study;
    private final BooleanSupplier stopping;
    private final AtomicInteger remembered;
    private final int maxInstances;
    private final String name;
    private final List<StoreResult> results = new ArrayList<>();
    private int parts;
    private @Nullable End end;
    private String why = "";

    /**
     * Prepares for a request.
     *
     * @param scp gets the instances, after the limits of the admission
     * @param study the one in the URL
     * @param remembered the results of all requests of the listener
     * @param maxInstances the most parts that are taken; as many more are read, and refused one by one
     * @param name for the log
     */
    Storing(
            Admission admission,
            CStoreScp scp,
            Origin origin,
            Optional<Uid> study,
            BooleanSupplier stopping,
            AtomicInteger remembered,
            int maxInstances,
            String name) {
        this.admission = admission;
        this.scp = admission.limit(scp);
        this.origin = origin;
        this.study = study;
        this.stopping = stopping;
        this.remembered = remembered;
        this.maxInstances = maxInstances;
        this.name = name;
    }

    /** What became of the parts so far. */
    List<StoreResult> results() {
        return results;
    }

    /** How the request ended before its last part; empty: it did not. */
    Optional<End> end() {
        return Optional.ofNullable(end);
    }

    /** Why it ended. */
    String why() {
        return why;
    }

    /** Nothing of the results is needed any more. */
    void forget() {
        remembered.addAndGet(-results.size());
    }

    /** Takes all parts, up to the last one or to the first fault of the body. */
    void take(Multipart multipart) {
        try {
            for (Optional<Multipart.Part> part = multipart.next(); part.isPresent(); part = multipart.next()) {
                if (stopping.getAsBoolean()) {
                    ended(End.INTERRUPTED, "shutting down");
                    return;
                }
                if (++parts > 2 * maxInstances) {
                    ended(End.TOO_LARGE, "more than twice " + maxInstances + " parts (max-instances)");
                    return;
                }
                if (remembered.incrementAndGet() > MAX_RESULTS) {
                    remembered.decrementAndGet();
                    ended(End.INTERRUPTED, "too many instances at once in all requests");
                    return;
                }
                store(part.get());
            }
        } catch (InterruptedIOException e) {
            // Too slow is the sender's fault; the rest of these is the gateway's.
            End how = e instanceof SocketTimeoutException ? End.BROKEN : End.INTERRUPTED;
            ended(how, String.valueOf(e.getMessage()));
        } catch (SizeLimitException e) {
            ended(End.TOO_LARGE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            boolean itsBody = multipart.failure() != null;
            if (!itsBody) {
                LOG.warn("{}: an instance could not be received: {}", name, e, e);
            }
            ended(itsBody ? End.BROKEN : End.INTERRUPTED, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{}: internal error of the gateway while it received a request", name, e);
            ended(End.INTERRUPTED, "internal error");
        }
    }

    private void ended(End how, String reason) {
        end = how;
        why = reason;
    }

    /** One part. When its content cannot be read to its end, there is no result: nothing of it is kept. */
    private void store(Multipart.Part part) throws IOException {
        boolean counted = false;
        try {
            results.add(resultOf(part));
            counted = true;
        } finally {
            if (!counted) {
                remembered.decrementAndGet();
            }
        }
    }

    private StoreResult resultOf(Multipart.Part part) throws IOException {
        if (!isInstance(part)) {
            LOG.info("{}: a part is not application/dicom, or is encoded", name);
            admission.discard(part.content());
            return StoreResult.UNREADABLE;
        }
        InputStream in = new BufferedInputStream(part.content(), BUFFER);
        in.mark(MAX_META);
        Part10.File file;
        try {
            file = Part10.read(in);
        } catch (UnreadableDatasetException e) {
            LOG.info("{}: a part is not an instance: {}", name, e.getMessage());
            in.reset();
            admission.discard(in);
            return StoreResult.UNREADABLE;
        }
        in.reset();
        in.skipNBytes(file.datasetOffset());
        admission.count(file.datasetOffset());
        // With a mark that counts, the buffer would grow to MAX_META while the dataset is read.
        in.mark(0);
        return new StoreResult(Optional.of(file.sopClass()), Optional.of(file.sopInstance()), status(file, in));
    }

    private int status(Part10.File file, InputStream dataset) throws IOException {
        if (parts > maxInstances) {
            if (parts == maxInstances + 1) {
                LOG.info("{}: more than {} parts (max-instances); the others are refused", name, maxInstances);
            }
            admission.discard(dataset);
            return DimseStatus.OUT_OF_RESOURCES;
        }
        if (!admission.takes(file.sopClass())) {
            LOG.info("{}: it may not send SOP class {}", name, file.sopClass());
            admission.discard(dataset);
            return DimseStatus.SOP_CLASS_NOT_SUPPORTED;
        }
        if (!admission.transferSyntaxes().isEmpty()
                && !admission.transferSyntaxes().contains(file.transferSyntax())) {
            LOG.info("{}: transfer syntax {} is not taken from it", name, file.transferSyntax());
            admission.discard(dataset);
            return StoreResult.TRANSFER_SYNTAX_NOT_SUPPORTED;
        }
        try {
            return scp.cStore(new CStoreRequest(
                            file.sopClass(), file.sopInstance(), file.transferSyntax(), origin, study, dataset))
                    .status();
        } catch (RuntimeException e) {
            LOG.error("{}: internal error of the gateway while it received instance {}", name, file.sopInstance(), e);
            return DimseStatus.PROCESSING_FAILURE;
        }
    }

    private static boolean isInstance(Multipart.Part part) {
        String type = part.headers().getOrDefault("content-type", StowRequest.INSTANCE);
        String encoding = part.headers().getOrDefault("content-transfer-encoding", "");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase(StowRequest.INSTANCE)
                && PLAIN.contains(encoding.strip().toLowerCase(Locale.ROOT));
    }
}
