package org.dicomgateway.audit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dicomgateway.audit.AuditMessage.Outcome;

/**
 * Counts the instances of each transfer. A transfer begins with its first instance. It ends when no instance of it
 * was counted for a while. So one study makes one message, also when a modality opens an association per image, or
 * when four associations carry one study in parallel. Counting an instance is one map lookup. For any number of
 * threads.
 */
final class Transfers {

    /** A transfer that never pauses is recorded in parts, so that a crash loses at most the counts of this time. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final int MAX_OPEN = 2000;
    /**
     * More transfers are open only while nothing can be written. Those above this limit are counted, but not
     * recorded.
     */
    private static final int LIMIT = 5 * MAX_OPEN;

    private static final int MAX_REASON = 200;

    private final Messages messages;
    private final InstantSource clock;
    private final Duration quiet;
    private final Map<Transfer, Counts> open = new HashMap<>();
    private final List<AuditMessage> begun = new ArrayList<>();
    private long untold;

    private static final class Counts {
        private final Instant begun;
        private final Map<String, Long> arrived = new TreeMap<>();
        private final Map<String, Long> failed = new TreeMap<>();
        private Instant last;
        private String reason = "";

        private Counts(Instant begun) {
            this.begun = begun;
            this.last = begun;
        }
    }

    Transfers(Messages messages, InstantSource clock, Duration quiet) {
        this.messages = messages;
        this.clock = clock;
        this.quiet = quiet;
    }

    /** The transfer of an instance begins. */
    synchronized void begin(Transfer transfer) {
        counts(transfer);
    }

    /** An instance arrived. */
    synchronized void arrived(Transfer transfer, String sopClass) {
        counts(transfer).arrived.merge(sopClass, 1L, Long::sum);
    }

    /** An instance will never arrive. */
    synchronized void failed(Transfer transfer, String sopClass, String reason) {
        Counts counts = counts(transfer);
        counts.failed.merge(sopClass, 1L, Long::sum);
        counts.reason = reason.substring(0, Math.min(reason.length(), MAX_REASON));
    }

    /** How many calls could not be recorded since the last call of this method. */
    synchronized long takeUntold() {
        long taken = untold;
        untold = 0;
        return taken;
    }

    /**
     * Returns the messages that are due: transfers that began or ended. With {@code all}, every open transfer ends
     * now, as at the end of the process.
     */
    synchronized List<AuditMessage> tell(boolean all) {
        List<AuditMessage> told = new ArrayList<>(begun);
        begun.clear();
        Instant now = clock.instant();
        boolean any = all || open.size() >= MAX_OPEN;
        for (Iterator<Map.Entry<Transfer, Counts>> each = open.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Transfer, Counts> entry = each.next();
            Counts counts = entry.getValue();
            boolean ended = Duration.between(counts.last, now).compareTo(quiet) >= 0
                    || Duration.between(counts.begun, now).compareTo(LONGEST) >= 0;
            if (any || ended) {
                end(entry.getKey(), counts, told);
                each.remove();
            }
        }
        return told;
    }

    /** A.5.2: successes and failures are two messages. A failed attempt that is retried makes no message. */
    private void end(Transfer transfer, Counts counts, List<AuditMessage> told) {
        if (!counts.arrived.isEmpty()) {
            told.add(messages.instancesTransferred(transfer, counts.arrived, Outcome.SUCCESS, "", counts.last));
        }
        if (!counts.failed.isEmpty()) {
            told.add(messages.instancesTransferred(
                    transfer, counts.failed, Outcome.SERIOUS_FAILURE, counts.reason, counts.last));
        }
    }

    private Counts counts(Transfer transfer) {
        Instant now = clock.instant();
        Counts counts = open.get(transfer);
        if (counts == null && open.size() >= LIMIT) {
            untold++;
            return new Counts(now);
        }
        if (counts == null) {
            counts = new Counts(now);
            open.put(transfer, counts);
            begun.add(messages.beginTransferring(transfer, now));
        }
        counts.last = now;
        return counts;
    }
}
