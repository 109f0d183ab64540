package org.dicomgateway.spool;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/** The spool as an operator sees it: shows what is where, and lets the operator act on it. Thread-safe. */
public interface SpoolView extends SpoolSearch {

    /** The books of every destination that ever got a delivery, by name. */
    Map<String, Books> books();

    /** The number of instances that are held because no route applied to them. */
    long unrouted();

    /**
     * The number of deliveries that wait because none of their candidates is usable. They are in no destination's
     * books.
     */
    long unassigned();

    /** Makes parked deliveries pending again, from their first attempt. Returns how many. */
    long retry(Selection selection);

    /** Makes the pending deliveries of a destination that wait for a later attempt due now. Returns how many. */
    long hasten(String destination);

    /**
     * Moves waiting deliveries permanently from one destination to another: those that are held, parked, or pending and
     * not claimed. They start there from their first attempt. If {@code to} has or had a delivery of the same instance,
     * the moved delivery is merged with that one.
     *
     * @param from the present destination; empty for deliveries without a destination yet
     * @return how many
     */
    long reroute(String from, String to);

    /**
     * Gives up parked and held deliveries permanently. With a study, also gives up its instances that no route applies
     * to. Discarded deliveries leave the books. The spool removes an instance when no other delivery needs it. The
     * history keeps which destination did not get it. Each discarded delivery writes a line to the forward log.
     *
     * @param selection which deliveries; must not select everything
     * @param reason why, for the record
     * @return how many
     */
    long discard(Selection selection, String reason);

    /**
     * The set-aside files: files that belong to no known instance. Sorted by number, described as far as they can be
     * read. Slow.
     */
    List<SetAsideFile> setAside();

    /**
     * Accepts a set-aside file as if it arrived now, and then removes the file.
     *
     * @return the new instance
     * @throws NoSuchElementException when no file has this number
     * @throws IllegalStateException when the file cannot be read, when an instance with its SOP Instance UID is known,
     *     or when the spool does not accept it now; the file stays
     */
    Instance takeIn(long number);

    /**
     * Deletes a set-aside file permanently.
     *
     * @throws NoSuchElementException when no file has this number
     */
    void discardSetAside(long number);

    /** How many copies are in each state, per destination. Only destinations that were checked. */
    Map<String, Map<CopyState, Long>> copyCounts();

    /** The key of the instance that was received last; 0 at first. */
    long lastReceived();

    /** The instances that were received after this one, in the order of receipt. */
    List<Receipt> receivedAfter(long instanceId, int max);

    /**
     * What was received of a study after an instance, without what history has forgotten.
     *
     * @param afterId the key of the instance; 0: all of the study
     * @throws SearchException when the ledger cannot be read now
     */
    StudyPart part(String study, long afterId);

    /** The health of the spool itself. */
    Vitals vitals();

    /** Plans held instances again with these rules. Returns how many found a route. */
    long replan(Planner planner);

    /**
     * The counted deliveries of one destination. At every moment received = delivered + pending + parked + held +
     * superseded.
     *
     * @param received deliveries given to the destination since the ledger began, without those taken away again
     * @param delivered done
     * @param pending waiting or in flight
     * @param parked given up until an operator retries them
     * @param held waiting for a destination that is not configured
     * @param superseded not sent, because a newer version of the same SOP Instance UID was sent there before
     * @param pendingBytes total length of the datasets of pending deliveries
     */
    record Books(
            long received, long delivered, long pending, long parked, long held, long superseded, long pendingBytes) {

        /** Whether the numbers add up. */
        public boolean balanced() {
            return received == delivered + pending + parked + held + superseded;
        }
    }

    /**
     * The receipt of an instance.
     *
     * @param study Study Instance UID, or empty
     */
    record Receipt(long instanceId, String study, Instant receivedAt) {}

    /**
     * A part of a study.
     *
     * @param instances different SOP Instance UIDs
     * @param lastInstance the key of the last one; 0 without any
     * @param series Series Instance UIDs, in order; at most {@link #MAX_SERIES} of them
     * @param unverified of the whole study, the delivered copies that their last check did not find, and those without
     *     a check, by destination
     */
    record StudyPart(long instances, long lastInstance, List<String> series, Map<String, Long> unverified) {

        /** The series that are named. */
        public static final int MAX_SERIES = 100;

        /** Copies the collections. */
        public StudyPart {
            series = List.copyOf(series);
            unverified = Map.copyOf(unverified);
        }
    }

    /**
     * The health of the spool.
     *
     * @param diskFree usable bytes on the spool's file system
     * @param diskTotal bytes of this file system; 0 when unknown
     * @param minFree bytes that must stay free
     * @param unwritten changes that the ledger has not applied yet
     * @param setAside files that belong to no known instance and wait for an operator's decision
     * @param unreadSegments segments that are kept because some of their bytes cannot be read
     * @param ledgerDamage why the next start rebuilds the ledger; until then no segment is recycled
     */
    record Vitals(
            long diskFree,
            long diskTotal,
            long minFree,
            int unwritten,
            int setAside,
            int unreadSegments,
            Optional<String> ledgerDamage) {}

    /**
     * A file that belongs to no known instance.
     *
     * @param number the file's number, which identifies it
     * @param length in bytes
     * @param written when the file was last written: about when the instance was received, or was moved out of the log
     * @param header the instance's header; empty when it cannot be read
     * @param origin the sender; empty when it cannot be read
     * @param problem why the file cannot be read, or empty
     */
    record SetAsideFile(
            long number,
            long length,
            Instant written,
            Optional<InstanceHeader> header,
            Optional<Origin> origin,
            String problem) {}

    /**
     * Selects deliveries.
     *
     * @param destination only of this destination; empty for all
     * @param studyInstanceUid only of this study; empty for all
     * @param deliveryId only this one; 0 for all
     */
    record Selection(String destination, String studyInstanceUid, long deliveryId) {

        /** Selects everything. */
        public static final Selection ALL = new Selection("", "", 0);
    }
}
