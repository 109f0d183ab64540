package org.dicomgateway.spool;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The spool as a lane sees it: hands out what is due, takes back what became of it. For any number of threads.
 *
 * <p>A claim is held in memory only. It ends with {@link #settle}; after a crash every claim that was not settled is
 * pending again, so delivery is at least once.
 */
public interface Outbox {

    /**
     * Claims deliveries of one destination that are due, most urgent and oldest first; about every fifth is a less
     * urgent one when there is any, so that a stream of urgent ones does not hold it up for ever. What somebody else has claimed is
     * left out, and so is an instance whose SOP Instance UID has an older delivery to this destination that is not
     * settled: what came first arrives first. What is claimed here is never older than what was sent to the
     * destination under the same SOP Instance UID before, unless its content is the same. Nothing is due while the ledger
     * cannot be written to, or is far behind with what was settled.
     *
     * @return at most {@code max} claims; empty when nothing is due
     */
    List<Claim> claim(String destination, int max);

    /**
     * The instance's dataset, exactly as received.
     *
     * @throws DamagedInstanceException when it is missing or cannot be read; also thrown by the stream, before it has
     *     given the last byte, when the bytes are not those that were received
     */
    DatasetStream open(Claim claim) throws IOException;

    /**
     * Says what became of a claim, and ends it. Returns at once; the ledger has it shortly after, and a crash in
     * between repeats the delivery. The claimed delivery is handed to nobody else before that.
     */
    void settle(Claim claim, Settlement settlement);

    /**
     * Whether a claim goes to another destination when it is settled as {@link Settlement.Parked} by this one's refusal:
     * its route says so, and there is one. When that cannot be found out: no.
     */
    boolean passesOn(Claim claim);

    /**
     * Whether a destination that says it has a claim's SOP Instance UID already (0x0111) can mean this very instance: an
     * earlier attempt got no answer, or no other version was sent there, as far as the history reaches. When that cannot
     * be found out: no.
     */
    boolean explainsDuplicate(Claim claim);

    /**
     * Says that a destination became usable, or ceased to be. Deliveries that wait for any destination are chosen again,
     * and so are those that wait for this one when it cannot be used and they have other candidates. What somebody has
     * claimed stays as it is. Returns at once; calls that come close together are one.
     */
    void reconsider(String destination);

    /**
     * Says that the hours of routes have changed. What was put off ({@link Settlement.Retry#untilOpen}) is due at the next
     * opening of its route, and at once when its route is not among these. Returns at once; settlements that were made
     * before are included.
     *
     * @param openings the routes that are closed now, and when each opens
     */
    void hoursChanged(Map<String, Instant> openings);

    /** Has {@code wakeUp} called, in any thread, whenever something may have become due for {@code destination}. */
    void onWork(String destination, Runnable wakeUp);
}
