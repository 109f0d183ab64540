package org.dicomgateway.app;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.acceptor.AssociationMemory;
import org.dicomgateway.dicom.values.ByteSize;

/** Checks whether the heap is large enough for the allowed associations and the rest of the gateway. */
final class HeapNeed {

    /** For deliveries, the ledger, the operators' interface, and room for the garbage collector. */
    private static final long THE_REST = 48L * ByteSize.MIB;

    private HeapNeed() {}

    /**
     * A warning for the operator; empty when the heap is large enough.
     *
     * @param heap the maximum heap of the JVM, in bytes
     */
    static Optional<String> warning(List<ListenerSettings> listeners, long heap) {
        long associations = 0;
        long bytes = 0;
        for (ListenerSettings listener : listeners) {
            long max = listener.acceptor().maxAssociations();
            associations += max;
            bytes += max * AssociationMemory.of(listener.acceptor());
        }
        long need = bytes + THE_REST;
        return need <= heap
                ? Optional.empty()
                : Optional.of("a heap of " + mebibytes(heap) + " may not hold " + associations
                        + " associations at once (max-associations of all listeners), which can take "
                        + mebibytes(bytes) + ": start it with -Xmx" + (need + ByteSize.MIB - 1) / ByteSize.MIB
                        + "m or more (JAVA_OPTS), or lower max-associations");
    }

    private static DataSize mebibytes(long bytes) {
        return DataSize.ofMebibytes(bytes / ByteSize.MIB);
    }
}
