package org.dicomgateway.forward.health;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.dicomgateway.spool.Settlement;
import org.jspecify.annotations.Nullable;

/** What a destination got since the gateway started. Survives a replaced lane. Safe for any number of threads. */
public final class Tally {

    private final Throughput throughput;
    private final LongAdder delivered = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final LongAdder parked = new LongAdder();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile @Nullable Instant lastDelivered;
    private volatile String lastError = "";

    public Tally(InstantSource clock) {
        this.throughput = new Throughput(clock);
    }

    public Throughput throughput() {
        return throughput;
    }

    public void settled(Settlement settlement, Instant now) {
        settlement.<Settlement>match(
                done -> {
                    delivered.increment();
                    lastDelivered = now;
                    return done;
                },
                retry -> {
                    retried.increment();
                    lastError = retry.reason();
                    return retry;
                },
                given -> {
                    parked.increment();
                    lastError = given.reason();
                    return given;
                });
    }

    public void failed(String reason) {
        lastError = reason;
    }

    public void inFlight(int change) {
        inFlight.addAndGet(change);
    }

    public int inFlight() {
        return inFlight.get();
    }

    public long delivered() {
        return delivered.sum();
    }

    public long retried() {
        return retried.sum();
    }

    public long parked() {
        return parked.sum();
    }

    public Optional<Instant> lastDelivered() {
        return Optional.ofNullable(lastDelivered);
    }

    public String lastError() {
        return lastError;
    }
}
