package org.dicomgateway.audit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Security alerts, limited in rate. The first alert of a kind is recorded at once. Repeats are counted and recorded
 * once a minute. A peer that tries a thousand times per second cannot push other messages out of the trail. For any
 * number of threads.
 */
final class Alerts {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MAX_SOURCES = 1000;
    private static final String OTHERS = "others";

    /** The values that make two alerts the same. */
    record Alert(Kind kind, String who, String address, String reason) {}

    /** What the alert is about. */
    enum Kind {
        NODE_REJECTED,
        LOGIN_FAILED
    }

    private static final class Repeats {
        private final Instant since;
        private long count;

        private Repeats(Instant since) {
            this.since = since;
        }
    }

    private final Messages messages;
    private final InstantSource clock;
    private final Map<Alert, Repeats> seen = new LinkedHashMap<>();
    private final List<AuditMessage> fresh = new ArrayList<>();

    Alerts(Messages messages, InstantSource clock) {
        this.messages = messages;
        this.clock = clock;
    }

    synchronized void add(Alert alert) {
        Repeats repeats = seen.get(alert);
        boolean crowded = repeats == null && seen.size() >= MAX_SOURCES;
        Alert told = crowded ? new Alert(alert.kind, OTHERS, OTHERS, "of many sources at once") : alert;
        Instant now = clock.instant();
        repeats = seen.get(told);
        if (repeats == null) {
            seen.put(told, new Repeats(now));
            fresh.add(message(told, told.reason, now));
        } else {
            repeats.count++;
        }
    }

    /**
     * Returns the messages that are due now. With {@code all}, returns every open one, as at the end of the process.
     */
    synchronized List<AuditMessage> tell(boolean all) {
        List<AuditMessage> told = new ArrayList<>(fresh);
        fresh.clear();
        Instant now = clock.instant();
        for (Iterator<Map.Entry<Alert, Repeats>> each = seen.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Alert, Repeats> entry = each.next();
            Repeats repeats = entry.getValue();
            if (all || Duration.between(repeats.since, now).compareTo(WINDOW) >= 0) {
                if (repeats.count > 0) {
                    String again = entry.getKey().reason + " (" + repeats.count + " more times)";
                    told.add(message(entry.getKey(), again, now));
                }
                each.remove();
            }
        }
        return told;
    }

    private AuditMessage message(Alert alert, String reason, Instant at) {
        return switch (alert.kind) {
            case NODE_REJECTED -> messages.nodeRejected(alert.who, alert.address, reason, at);
            case LOGIN_FAILED -> messages.loginFailed(alert.who, alert.address, reason, at);
        };
    }
}
