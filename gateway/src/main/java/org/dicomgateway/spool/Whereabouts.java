package org.dicomgateway.spool;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.SpoolSearch.FoundCheck;
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
    Optional<Version> newest(Uid sopInstance);

    /**
     * A version of an instance, and its copies.
     *
     * @param number rises from one version of an instance to the next
     */
    record Version(long number, Uid sopClass, List<VersionAt> copies) {

        /** Copies the list. */
        public Version {
            copies = List.copyOf(copies);
        }

        /** As a search found it. */
        public static Version of(FoundInstance found) {
            return new Version(
                    found.instance().id(),
                    found.instance().sopClass(),
                    found.deliveries().stream()
                            .map(each -> new VersionAt(
                                    each.route(),
                                    each.destination(),
                                    each.state(),
                                    each.isOtherInstance(),
                                    each.lastCheck(),
                                    each.commitment()))
                            .toList());
        }
    }

    /**
     * A copy of a version.
     *
     * @param route the route that requested it
     * @param destination empty while none is chosen
     * @param other whether the destination was sent another instance: one under another SOP Instance UID
     * @param lastCheck the last check of what the destination holds; empty when it was never checked
     * @param commitment what the destination last reported about its commitment; empty when it reported nothing
     */
    record VersionAt(
            String route,
            Optional<String> destination,
            DeliveryState state,
            boolean other,
            Optional<FoundCheck> lastCheck,
            Optional<Commitment> commitment) {}
}
