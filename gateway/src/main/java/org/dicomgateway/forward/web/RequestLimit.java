package org.dicomgateway.forward.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.dicomgateway.spool.Claim;

/**
 * How much goes into one request to a server: less for a while after it said that a request was too large, and one
 * instance after it wanted to know the length of a request before. For any number of threads.
 */
final class RequestLimit {

    /** So many instances bring nearly all that several in one request can bring, and few are sent twice. */
    static final int MOST_INSTANCES = 100;

    private static final Duration MEMORY = Duration.ofHours(1);
    private static final int REMEMBERED = 10_000;

    private final long wanted;
    private final InstantSource clock;
    private final Set<Long> alone = recent(REMEMBERED);
    private int instances = MOST_INSTANCES;
    private long bytes;
    private Instant until = Instant.MIN;

    /** @param wanted in bytes; larger instances go alone */
    RequestLimit(long wanted, InstantSource clock) {
        this.wanted = wanted;
        this.bytes = wanted;
        this.clock = clock;
    }

    /** The last ones that were added. */
    static Set<Long> recent(int most) {
        return Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                return size() > most;
            }
        }));
    }

    /** Whether a request may have so many instances and bytes. */
    synchronized boolean admits(int number, long length) {
        if (!clock.instant().isBefore(until)) {
            instances = MOST_INSTANCES;
            bytes = wanted;
        }
        return number <= instances && length <= bytes;
    }

    /** A request of several was too large: the next ones are at most half as large. */
    synchronized void tooLarge(int number, long length) {
        limit(number / 2, length / 2);
    }

    /** A request without its length was refused: the length is known only of one that has one instance. */
    synchronized void lengthRequired() {
        limit(1, 0);
    }

    private void limit(int number, long length) {
        instances = Math.max(1, Math.min(instances, number));
        bytes = Math.min(bytes, length);
        until = clock.instant().plus(MEMORY);
    }

    /** They were refused together, and each is to be judged by itself. */
    void judgeAlone(Collection<Claim> claims) {
        claims.forEach(claim -> alone.add(claim.deliveryId()));
    }

    boolean isToBeJudgedAlone(Claim claim) {
        return alone.contains(claim.deliveryId());
    }

    /** It was judged by itself. */
    void judged(Claim claim) {
        alone.remove(claim.deliveryId());
    }
}
