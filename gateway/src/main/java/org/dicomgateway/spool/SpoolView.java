package org.dicomgateway.spool;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/** The spool as an operator sees it: what is where, and the means to move it on. For any number of threads. */
public interface SpoolView extends SpoolSearch {

    /** The books of every destination that ever got a delivery, by name. */
    Map<String, Books> books();

    /** Instances held because no route applied to them. */
    long unrouted();

    /** Deliveries that wait for a destination, because none of their candidates can be used. In nobody's books. */
    long unassigned();

    /** Makes parked deliveries pending again, from their first attempt. Returns how many. */
    long retry(Selection selection);

    /**
     * Gives what waits for one destination to another, for good: what is pending and in nobody's hands, held or parked.
     * It starts from its first attempt there; an instance that {@code to} has or had a delivery of is merged with that.
     *
     * @param from whose; empty: the deliveries that wait for a destination
     * @return how many
     */
    long reroute(String from, String to);

    /**
     * Gives up for good what is parked or held; with a study, also its instances that no route applies to. It is in
     * nobody's books then, the instance goes when nothing else wants it, and the history keeps who did not get it. Each
     * is a line of the forward log.
     *
     * @param selection not everything
     * @param reason for whoever asks later
     * @return how many
     */
    long discard(Selection selection, String reason);

    /** The files of the spool that no instance is known for, by number, as far as they can be read. Slow. */
    List<SetAsideFile> setAside();

    /**
     * Takes a file that was set aside in, as if it arrived now, and removes it.
     *
     * @return what it is from now on
     * @throws NoSuchElementException when there is none with this number
     * @throws IllegalStateException when it cannot be read, or is not taken in now; it stays
     */
    Instance takeIn(long number);

    /**
     * Deletes a file that was set aside, for good.
     *
     * @throws NoSuchElementException when there is none with this number
     */
    void discardSetAside(long number);

    /** How the spool itself does. */
    Vitals vitals();

    /** Plans held instances again with these rules. Returns how many found a route. */
    long replan(Planner planner);

    /**
     * Deliveries of one destination, counted: received = delivered + pending + parked + held + superseded, at every
     * moment.
     *
     * @param received given to it since the ledger began, and not taken away again
     * @param delivered done
     * @param pending waiting or in flight
     * @param parked given up until an operator retries them
     * @param held waiting for a rule or a destination that is not there
     * @param superseded not sent, because a newer version of the same SOP Instance UID was sent there before
     * @param pendingBytes of the datasets of what is pending
     */
    record Books(
            long received, long delivered, long pending, long parked, long held, long superseded, long pendingBytes) {

        /** Whether nothing is missing. */
        public boolean balanced() {
            return received == delivered + pending + parked + held + superseded;
        }
    }

    /**
     * The spool itself.
     *
     * @param diskFree bytes that can be used on its file system
     * @param diskTotal bytes of its file system; 0 when that cannot be told
     * @param minFree bytes that must stay free
     * @param unwritten changes that the ledger has not taken in yet
     * @param setAside files that no instance is known for, and that wait for an operator's decision
     * @param unreadSegments segments that are kept because something in them cannot be read
     * @param ledgerDamage why the ledger is to be built anew at the next start, and nothing is recycled before
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
     * A file that no instance is known for.
     *
     * @param number what it is called by
     * @param length in bytes
     * @param written when it was last written to: about when the instance was received, or left the log
     * @param header what it is; empty when it cannot be read
     * @param origin who sent it; empty when it cannot be read
     * @param problem why it cannot be read, or empty
     */
    record SetAsideFile(
            long number,
            long length,
            Instant written,
            Optional<InstanceHeader> header,
            Optional<Origin> origin,
            String problem) {}

    /**
     * Which deliveries.
     *
     * @param destination only of this destination; empty for all
     * @param studyInstanceUid only of this study; empty for all
     * @param deliveryId only this one; 0 for all
     */
    record Selection(String destination, String studyInstanceUid, long deliveryId) {

        /** Everything. */
        public static final Selection ALL = new Selection("", "", 0);
    }
}
