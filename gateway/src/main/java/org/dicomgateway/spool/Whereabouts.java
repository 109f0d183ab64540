package org.dicomgateway.spool;

import java.util.Optional;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;

/** The spool as storage commitment sees it: what became of an instance. Thread-safe. */
public interface Whereabouts {

    /**
     * Returns when {@link #newest} sees everything that was received and settled before this call. An instance is
     * answered with success when the log has it, a moment before searches find it.
     *
     * @throws SearchException when the ledger does not get there
     */
    void catchUp();

    /**
     * The version that was received last, with its deliveries. Empty when the spool does not know the instance, or no
     * longer knows it.
     *
     * @throws SearchException when too many searches run at the same time, or the ledger cannot be read
     */
    Optional<FoundInstance> newest(Uid sopInstance);
}
