package org.dicomgateway.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out which other members have not renewed their lease for a whole lease. Goes only by what it is shown, on one
 * monotonic clock: from one and the same primary, and without a gap. After a gap or a failover it begins anew, since
 * nobody could renew a lease meanwhile. Safe for any number of threads.
 */
final class LeaseWatch {

    /** Who was shown nothing for this long begins anew. */
    static final Duration GAP = Duration.ofSeconds(2);

    private final long lease;
    private final Map<Integer, Seen> seen = new HashMap<>();
    private final Map<Integer, Member> expired = new HashMap<>();
    private String primary = "";
    private long lastLook;

    LeaseWatch(Duration lease) {
        this.lease = lease.toNanos();
    }

    /** A member, and since when it is as it is. */
    private record Seen(Member member, long since) {}

    /**
     * Takes in what the database says now.
     *
     * @param server the primary that says it, and its start
     * @param others all members but this one
     * @param now of the monotonic clock, in nanoseconds, before the database was asked
     */
    synchronized void look(String server, List<Member> others, long now) {
        boolean anew = !server.equals(primary) || now - lastLook > GAP.toNanos();
        primary = server;
        lastLook = now;
        expired.clear();
        if (anew) {
            seen.clear();
        }
        Set<Integer> working = new HashSet<>();
        for (Member member : others) {
            if (member.state() != Member.State.WORKING) {
                continue;
            }
            working.add(member.id());
            Seen before = seen.get(member.id());
            if (before == null || !member.isUnchangedSince(before.member)) {
                seen.put(member.id(), new Seen(member, now));
            } else if (now - before.since > lease) {
                expired.put(member.id(), member);
            }
        }
        seen.keySet().retainAll(working);
    }

    /** For how long each working member gave no sign of life at the last look, by its key. */
    synchronized Map<Integer, Duration> silence() {
        Map<Integer, Duration> silence = new HashMap<>();
        seen.forEach((member, last) -> silence.put(member, Duration.ofNanos(lastLook - last.since)));
        return silence;
    }

    /** The members whose lease was over at the last look. */
    synchronized List<Member> expired() {
        return List.copyOf(expired.values());
    }
}
