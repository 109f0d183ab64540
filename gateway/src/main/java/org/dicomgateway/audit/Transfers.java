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
 * What is being transferred, counted. A transfer begins with its first instance and ends when nothing of it moved for a
 * while: a modality that opens an association for every image makes one message of a study, and so does a study that is
 * sent over four associations at once. Counting an instance is a look-up in a map. For any number of threads.
 */
final class Transfers {

    /** One that never pauses is told in parts, so that a crash leaves no more than this untold. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final int MAX_OPEN = 2000;
    /** More only come together while nothing can be written: then they are counted, and not told. */
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

    /** An instance is on its way. */
    synchronized void begin(Transfer transfer) {
        counts(transfer);
    }

    /** An instance arrived. */
    synchronized void arrived(Transfer transfer, String sopClass) {
        counts(transfer).arrived.merge(sopClass, 1L, Long::sum);
    }

    /** An instance will not arrive. */
    synchronized void failed(Transfer transfer, String sopClass, String reason) {
        Counts counts = counts(transfer);
        counts.failed.merge(sopClass, 1L, Long::sum);
        counts.reason = reason.substring(0, Math.min(reason.length(), MAX_REASON));
    }

    /** How many instances could not be told of since the last call. */
    synchronized long takeUntold() {
        long taken = untold;
        untold = 0;
        return taken;
    }

    /** What can be told now: what began, and what ended; or all that is open, as at the end of the process. */
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

    /** A.5.2: what went well and what did not are two messages. What was only tried is none: it will be tried again. */
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
